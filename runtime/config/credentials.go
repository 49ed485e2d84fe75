package config

import "fmt"

// logins are the ways to log in, each with its settings. The fifth way, a user
// in the server's URL, has no setting of its own.
var logins = [][]string{{"user", "password"}, {"token"}, {"creds"}, {"nkey"}}

// settleCredentials leaves one way to log in, that of the strongest layer that
// has any, and removes the others from the layers. Two ways in one layer exclude
// each other: then nobody can tell which was meant.
//
// User and password may come from different layers (--user with NATS_PASSWORD),
// but a password that stands beside another user is that user's and is left alone.
// The user in a URL counts in the layer the URL comes from, and is cut out of it
// when a stronger layer logs in in another way: the NATS client would prefer it.
func settleCredentials(layers []layer) error {
	at, serverLevel := find(layers, "server")
	server, err := ParseServer(at.value)
	if err != nil {
		return fmt.Errorf("%s: %w", at.label, err)
	}
	for i, l := range layers {
		ways, labels := waysIn(l)
		if i == serverLevel && server.hasUser() {
			ways, labels = append(ways, []string{"server"}), append(labels, "the user in "+at.label)
		}
		if len(ways) == 0 {
			continue
		}
		if len(ways) > 1 {
			return fmt.Errorf("%s and %s exclude each other: keep one way to log in", labels[0], labels[1])
		}
		way := ways[0]
		if i < serverLevel && server.hasUser() {
			at.value = server.withoutUser()
			layers[serverLevel]["server"] = at
		}
		keepWay(layers[i:], way)
		break
	}
	password, level := find(layers, "password")
	if _, user := find(layers, "user"); level >= 0 && user < 0 {
		return fmt.Errorf("%s: there is no user for it: set --user or NATS_USER", password.label)
	}
	return nil
}

// waysIn lists the ways to log in that a layer has, and the label of each.
func waysIn(l layer) (ways [][]string, labels []string) {
	for _, way := range logins {
		for _, name := range way {
			if g, ok := l[name]; ok {
				ways, labels = append(ways, way), append(labels, g.label)
				break
			}
		}
	}
	return ways, labels
}

// keepWay removes from the layers every way to log in other than way, which
// the first of them has.
func keepWay(layers []layer, way []string) {
	end := len(layers) // where another way ends the search for the missing half of a pair
	for i, l := range layers[1:] {
		if others, _ := waysIn(l); len(others) > 1 || len(others) == 1 && others[0][0] != way[0] {
			end = i + 1
			break
		}
	}
	for _, l := range layers[end:] {
		for _, names := range logins {
			remove(l, names...)
		}
	}
	if len(way) == 2 {
		keepPair(layers[:end], way[0], way[1])
	}
}

// keepPair removes what would join one layer's owner (user, certificate) with
// another layer's key (password, private key): a key that stands beside an owner
// belongs to that owner. A key that stands alone belongs to whatever owner is found.
func keepPair(layers []layer, owner, key string) {
	var found given
	for i, l := range layers {
		g, ok := l[owner]
		if ok && found.value != "" && g.value != found.value {
			for _, rest := range layers[i:] {
				remove(rest, owner, key)
			}
			return
		}
		if ok {
			found = g
		}
	}
}

func remove(l layer, names ...string) {
	for _, name := range names {
		delete(l, name)
	}
}

// settleCertificate joins certificate and private key by the rule of keepPair
// and makes sure that there are both or none.
func settleCertificate(layers []layer) error {
	keepPair(layers, "tlscert", "tlskey")
	cert, c := find(layers, "tlscert")
	key, k := find(layers, "tlskey")
	switch {
	case c >= 0 && k < 0:
		return fmt.Errorf("%s: a certificate needs its private key: set --tlskey or NATS_KEY in the same place", cert.label)
	case k >= 0 && c < 0:
		return fmt.Errorf("%s: a private key needs its certificate: set --tlscert or NATS_CERT in the same place", key.label)
	}
	return nil
}
