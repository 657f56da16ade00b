package main

import "net/http"

// dashboard answers for the pages.
func dashboard(database) http.Handler { return http.NotFoundHandler() }
