package main

import (
	"errors"
	"net/http"
	"strings"

	"github.com/spf13/cobra"

	"example.org/weft/server/api"
)

// defaultServer is where weft serve listens when it is not told otherwise.
const defaultServer = "http://127.0.0.1:7070"

// serverFlag registers --server, the server that a command speaks to.
func (a *app) serverFlag(cmd *cobra.Command) {
	cmd.Flags().StringVar(&a.server, "server", "", "address of the server (default $WEFT_SERVER, else "+defaultServer+")")
}

// next returns a command to type next as it must be typed to reach what this
// call has reached.
func (a *app) next(command string) string {
	switch {
	case !strings.HasPrefix(command, "weft "):
	case a.server != "":
		command += " --server " + api.ShellWord(a.server)
	case a.dir != a.defaultDir():
		command += " --data " + api.ShellWord(a.dir)
	}
	return command
}

// serverNamed reports whether a server is named, by the flag or $WEFT_SERVER.
func (a *app) serverNamed() bool { return a.server != "" || a.getenv("WEFT_SERVER") != "" }

// client returns a client for the server: the flag's, else $WEFT_SERVER's, else
// the one at the default address.
func (a *app) client() *client {
	base := a.server
	if base == "" {
		base = a.getenv("WEFT_SERVER")
	}
	if base == "" {
		a.server = defaultServer
		base = a.server
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
