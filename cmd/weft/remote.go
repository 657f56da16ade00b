package main

import (
	"errors"
	"net/http"

	"github.com/spf13/cobra"

	"example.org/weft/server/api"
)

// defaultServer is where weft serve listens when it is not told otherwise.
const defaultServer = "http://127.0.0.1:7070"

// remoteFlags say which server a command speaks to.
type remoteFlags struct{ url string }

func (r *remoteFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&r.url, "server", "", "address of the server (default $WEFT_SERVER, else "+defaultServer+")")
}

// named reports whether a server is named, by the flag or $WEFT_SERVER.
func (r *remoteFlags) named(a *app) bool { return r.url != "" || a.getenv("WEFT_SERVER") != "" }

// client returns a client for the server: the flag's, else $WEFT_SERVER's, else
// the one at the default address.
func (r *remoteFlags) client(a *app) *client {
	base := r.url
	if base == "" {
		base = a.getenv("WEFT_SERVER")
	}
	if base == "" {
		base = defaultServer
	}
	return newClient(base, a.getenv("WEFT_TOKEN"))
}

// refused turns a server's refusal of what the user sent into exit code 2.
func refused(err error) error {
	var problem *api.Problem
	if errors.As(err, &problem) && problem.Status < http.StatusInternalServerError {
		return usage(problem)
	}
	return err
}
