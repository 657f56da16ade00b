package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"example.org/weft/executor"
	"example.org/weft/executor/journal/internal/hub"
)

// A listener hears what was notified and tells the hub.
type listener struct {
	config  *pgx.ConnConfig // not that of a connection, which hears for that one
	channel string
	hub     *hub.Hub
}

// listen makes conn hear what is notified on a channel from now on.
func listen(ctx context.Context, conn *pgx.Conn, channel string) error {
	_, err := conn.Exec(ctx, "LISTEN "+pgx.Identifier{channel}.Sanitize())
	return err
}

// startListener serves a connection that listens, and those that come after it,
// until the returned function is called, which waits for the end.
func startListener(ctx context.Context, conn *pgx.Conn, l *listener) (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		l.serve(ctx, conn)
	}()
	return func() {
		cancel()
		<-done
	}
}

// serve listens until ctx is done. While the connection was lost anything may
// have happened: afterwards all are woken.
func (l *listener) serve(ctx context.Context, conn *pgx.Conn) {
	for {
		l.hear(ctx, conn)
		if conn = l.reconnect(ctx); conn == nil {
			return
		}
		l.hub.WakeAll()
	}
}

// hear tells the hub what conn hears until it breaks, and closes it.
func (l *listener) hear(ctx context.Context, conn *pgx.Conn) {
	defer closeSoon(ctx, conn)
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return
		}
		l.hub.Wake(executor.RunID(n.Payload))
	}
}

// reconnect returns a new connection that listens; nil when ctx is done.
func (l *listener) reconnect(ctx context.Context) *pgx.Conn {
	const first, most = 50 * time.Millisecond, 5 * time.Second
	for wait := first; ; wait = min(2*wait, most) {
		if conn, err := pgx.ConnectConfig(ctx, l.config); err == nil {
			if listen(ctx, conn, l.channel) == nil {
				return conn
			}
			closeSoon(ctx, conn)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
	}
}

// closeSoon closes a connection, politely where the other side listens. What
// remains of an error there is nobody's concern.
func closeSoon(ctx context.Context, conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	_ = conn.Close(ctx)
}
