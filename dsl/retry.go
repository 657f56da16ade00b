package dsl

import "strconv"

// What a retry is when only max_retries is said.
const (
	defaultInterval    = "1s"
	defaultMaxInterval = "5m"
	defaultBackoff     = 2
)

// retry reads how failed attempts are repeated.
func (c *compiler) retry(n *node) Retry {
	r := Retry{Backoff: defaultBackoff, Jitter: c.text(n, "jitter") == "full"}
	r.Interval, _ = parseDuration(defaultInterval)
	r.MaxInterval, _ = parseDuration(defaultMaxInterval)
	if v := c.scalar(n, "max_retries"); v != nil {
		r.MaxRetries, _ = strconv.Atoi(v.text)
	}
	if n.get("interval") != nil {
		r.Interval = c.duration(n, "interval")
	}
	r.MaxInterval = max(r.MaxInterval, r.Interval)
	if n.get("max_interval") != nil {
		r.MaxInterval = c.duration(n, "max_interval")
	}
	if v := c.scalar(n, "backoff"); v != nil {
		r.Backoff, _ = strconv.ParseFloat(v.text, 64)
	}
	if on := n.get("on"); on != nil {
		for _, item := range on.items {
			r.On = append(r.On, item.text)
		}
	}
	if r.MaxInterval < r.Interval && n.get("max_interval") != nil {
		v := n.get("max_interval")
		c.add(v.pos, v.text, "max_interval is shorter than interval", "make it at least "+r.Interval.String())
	}
	return r
}
