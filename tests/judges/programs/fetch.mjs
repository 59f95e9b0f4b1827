// Gets a page with the fetch of Node, Deno or Bun: fetch.mjs URL

import process from "node:process";

const response = await fetch(process.argv[2]);
console.log(response.status);
process.exit(response.status === 200 ? 0 : 1);
