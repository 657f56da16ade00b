// Package api is what Weft's REST interface sends and takes: plain structs with
// JSON names, for the server that fills them and the clients that read them.
// The routes are in package server, and at /openapi.json.
package api
