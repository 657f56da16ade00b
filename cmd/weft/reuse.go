package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"example.org/weft/executor"
	"example.org/weft/server/api"
)

// printReuse prints of each task that may reuse an earlier result whose it is,
// or why it was run all the same.
func (a *app) printReuse(ctx context.Context, c *client, id executor.RunID) error {
	const looked, most = 1000, 20
	var page api.TaskPage
	query := url.Values{"limit": {strconv.Itoa(looked)}}
	if err := c.call(ctx, request{method: http.MethodGet, path: runPath(id) + "/tasks", query: query}, nil, &page); err != nil {
		return err
	}
	rows, more := [][]string{}, 0
	for _, t := range page.Tasks {
		text := reuseText(t)
		switch {
		case text == "":
		case len(rows) == most:
			more++
		default:
			rows = append(rows, []string{"  " + string(t.Task), text})
		}
	}
	if err := a.table(rows); err != nil {
		return err
	}
	if more > 0 {
		fmt.Fprintf(a.stdout, "  and %d more: see weft runs events %s\n", more, id)
	}
	return nil
}

// reuseText says what became of the look at earlier results; empty when there
// was none.
func reuseText(t api.Task) string {
	switch {
	case t.Reused != nil:
		return fmt.Sprintf("reused from %s/%s", t.Reused.Run, t.Reused.Task)
	case t.NotReused != "":
		return "ran: " + t.NotReused
	}
	return ""
}
