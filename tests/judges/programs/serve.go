// Serves a page with each of some certificates, whatever is wrong with them: serve NAME...
// Reads NAME.crt and NAME.key, prints the port of each on the loopback, and ends with its standard input.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
)

// Other servers look at what they send: OpenSSL sends no certificate that it could not use itself.
func certificate(name string) tls.Certificate {
	var made tls.Certificate
	rest := read(name + ".crt")
	for block, rest := pem.Decode(rest); block != nil; block, rest = pem.Decode(rest) {
		made.Certificate = append(made.Certificate, block.Bytes)
	}
	block, _ := pem.Decode(read(name + ".key"))
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		log.Fatal(name, ": ", err)
	}
	made.PrivateKey = key
	return made
}

func read(path string) []byte {
	bytes, err := os.ReadFile(path)
	if err != nil {
		log.Fatal(err)
	}
	return bytes
}

// Nothing may be remembered: what a browser has in its cache it shows without asking.
func page(answer http.ResponseWriter, _ *http.Request) {
	answer.Header().Set("Cache-Control", "no-store")
	io.WriteString(answer, "<!doctype html><title>padlock</title>")
}

func main() {
	quiet := log.New(io.Discard, "", 0)
	for _, name := range os.Args[1:] {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			log.Fatal(err)
		}
		server := http.Server{
			Handler:   http.HandlerFunc(page),
			ErrorLog:  quiet,
			TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate(name)}},
		}
		fmt.Println(listener.Addr().(*net.TCPAddr).Port)
		go server.ServeTLS(listener, "", "")
	}
	io.Copy(io.Discard, os.Stdin)
}
