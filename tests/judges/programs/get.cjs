// Gets a page with Node's https, by the proxy of https_proxy if that is set: get.cjs URL

const http = require("http");
const https = require("https");

const url = new URL(process.argv[2]);

function get(options) {
    https.get(url, options, (response) => {
        console.log(response.statusCode);
        process.exit(response.statusCode === 200 ? 0 : 1);
    });
}

if (process.env.https_proxy) {
    const proxy = new URL(process.env.https_proxy);
    http.request({ host: proxy.hostname, port: proxy.port, method: "CONNECT", path: url.host })
        .on("connect", (_, socket) => get({ socket, agent: false }))
        .end();
} else {
    get({});
}
