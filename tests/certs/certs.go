// Package certs makes certificates for tests: an authority, and what it signs.
package certs

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Authority signs certificates for one test.
type Authority struct {
	File string // PEM, as --tlsca takes it
	dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// Issued is a certificate with its key.
type Issued struct {
	Pair     tls.Certificate
	CertFile string // PEM
	KeyFile  string // PEM
}

// Options say how a certificate differs from the plainest one, which is valid
// now, for 127.0.0.1, for servers and clients.
type Options struct {
	Names  []string // host names instead of 127.0.0.1
	Ends   time.Time
	Begins time.Time
}

// NewAuthority makes an authority whose files go into dir.
func NewAuthority(t testing.TB, dir, name string) *Authority {
	t.Helper()
	a := &Authority{key: newKey(t), dir: dir, File: filepath.Join(dir, name+"-ca.pem")}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-24 * time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der := sign(t, template, template, a.key.Public(), a.key)
	var err error
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	writePEM(t, a.File, "CERTIFICATE", der)
	return a
}

// Pool is the authority as the one that is trusted.
func (a *Authority) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return pool
}

// Issue makes a certificate and its key.
func (a *Authority) Issue(t testing.TB, name string, o Options) Issued {
	t.Helper()
	key := newKey(t)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		DNSNames:    o.Names,
	}
	if len(o.Names) == 0 {
		template.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)}
	}
	if !o.Begins.IsZero() {
		template.NotBefore = o.Begins
	}
	if !o.Ends.IsZero() {
		template.NotAfter = o.Ends
	}
	der := sign(t, template, a.cert, key.Public(), a.key)
	secret, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	i := Issued{CertFile: filepath.Join(a.dir, name+".pem"), KeyFile: filepath.Join(a.dir, name+"-key.pem")}
	writePEM(t, i.CertFile, "CERTIFICATE", der)
	writePEM(t, i.KeyFile, "EC PRIVATE KEY", secret)
	if i.Pair, err = tls.LoadX509KeyPair(i.CertFile, i.KeyFile); err != nil {
		t.Fatal(err)
	}
	return i
}

// Server is a server's TLS configuration with that certificate. With clients,
// each client must show a certificate that this authority has signed.
func (i Issued) Server(clients *Authority) *tls.Config {
	c := &tls.Config{Certificates: []tls.Certificate{i.Pair}, MinVersion: tls.VersionTLS12}
	if clients != nil {
		c.ClientAuth, c.ClientCAs = tls.RequireAndVerifyClientCert, clients.Pool()
	}
	return c
}

func sign(t testing.TB, template, parent *x509.Certificate, key crypto.PublicKey, by *ecdsa.PrivateKey) []byte {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key, by)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func writePEM(t testing.TB, file, kind string, der []byte) {
	t.Helper()
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
}
