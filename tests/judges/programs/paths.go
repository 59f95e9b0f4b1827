// Judges chains for a TLS server with Go's crypto/x509. Each line of the input is one, as JSON; each line
// of the output says "accepted", or why it is not.
package main

import (
	"bufio"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"os"
	"time"
)

type question struct {
	Leaf          []byte
	Intermediates [][]byte
	Roots         [][]byte
	Name          string
	At            int64
}

func pool(ders [][]byte) *x509.CertPool {
	all := x509.NewCertPool()
	for _, der := range ders {
		if certificate, err := x509.ParseCertificate(der); err == nil {
			all.AddCert(certificate)
		}
	}
	return all
}

func answer(asked question) string {
	leaf, err := x509.ParseCertificate(asked.Leaf)
	if err == nil {
		_, err = leaf.Verify(x509.VerifyOptions{
			DNSName:       asked.Name,
			Roots:         pool(asked.Roots),
			Intermediates: pool(asked.Intermediates),
			CurrentTime:   time.Unix(asked.At, 0),
		})
	}
	if err != nil {
		return fmt.Sprintf("%q", err.Error())
	}
	return "accepted"
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var asked question
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			panic(err)
		}
		fmt.Println(answer(asked))
	}
}
