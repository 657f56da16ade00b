package server

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// CheckAddress returns an error when addr ("host:port") is not a loopback
// address and there is no authentication: an interface that runs code is never
// open to the network by mistake. An empty host is every address.
func CheckAddress(addr string, hasAuth bool) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("cannot listen on %q: %w", addr, err)
	}
	if hasAuth || isLoopback(host) {
		return nil
	}
	return fmt.Errorf("cannot listen on %q without authentication: "+
		"set a token, or listen on 127.0.0.1", addr)
}

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && ip.IsLoopback()
}

// knownHost refuses requests that reached an open server by a foreign name, as
// a page whose name was rebound to 127.0.0.1 makes a browser do.
func (s *Server) knownHost(next http.Handler) http.Handler {
	if !s.cfg.Open {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if name, _, err := net.SplitHostPort(host); err == nil {
			host = name
		}
		if !isLoopback(host) && !slices.Contains(s.cfg.Hosts, host) {
			writeProblem(w, forbidden("this server does not answer to the name "+host))
			return
		}
		next.ServeHTTP(w, r)
	})
}
