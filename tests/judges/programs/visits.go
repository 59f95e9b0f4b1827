// Visits servers with Go's net/http, trusting of each a root of its own: visits PROXY URL ROOT...
// Prints, server by server, "PAGE" and the status or what went wrong.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/url"
	"os"
)

func visit(proxy *url.URL, address, root string) string {
	pem, err := os.ReadFile(root)
	if err != nil {
		panic(err)
	}
	roots := x509.NewCertPool()
	// A root that cannot be read is none, as for a program that reads the system's.
	roots.AppendCertsFromPEM(pem)
	client := http.Client{Transport: &http.Transport{
		Proxy:           http.ProxyURL(proxy),
		TLSClientConfig: &tls.Config{RootCAs: roots},
	}}
	response, err := client.Get(address)
	if err != nil {
		return err.Error()
	}
	return response.Status
}

func main() {
	proxy := &url.URL{Scheme: "http", Host: "127.0.0.1:" + os.Args[1]}
	for next := 2; next < len(os.Args); next += 2 {
		fmt.Println("PAGE", visit(proxy, os.Args[next], os.Args[next+1]))
	}
}
