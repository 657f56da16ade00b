package api

import "net/http"

// A Problem is an error as RFC 9457 has it. Code is one of invalid, not_found,
// conflict, gone, unauthorized, forbidden, unavailable and internal.
type Problem struct { //nolint:errname // RFC 9457 calls it so
	Type   string    `json:"type" default:"about:blank"`
	Title  string    `json:"title"`
	Status int       `json:"status"`
	Detail string    `json:"detail,omitempty"`
	Code   string    `json:"code,omitempty"`
	Errors []Mistake `json:"errors,omitempty" doc:"Every mistake, where there are several."`
}

// A Mistake is one thing that is wrong with what was sent.
type Mistake struct {
	Location string `json:"location,omitempty" doc:"file:line:column of a workflow, or a path such as inputs.video."`
	Message  string `json:"message"`
	Text     string `json:"text,omitempty" doc:"The offending text."`
	Hint     string `json:"hint,omitempty" doc:"What would be right."`
}

// NewProblem returns a problem with the title that belongs to status.
func NewProblem(status int, code, detail string, errs ...Mistake) *Problem {
	return &Problem{
		Type: "about:blank", Title: http.StatusText(status), Status: status,
		Detail: detail, Code: code, Errors: errs,
	}
}

// Error returns the problem's detail and its mistakes, one a line.
func (p *Problem) Error() string {
	text := p.Detail
	if text == "" {
		text = p.Title
	}
	for _, m := range p.Errors {
		text += "\n" + m.String()
	}
	return text
}

// String returns the mistake on one line.
func (m Mistake) String() string {
	text := m.Message
	if m.Location != "" {
		text = m.Location + ": " + text
	}
	if m.Hint != "" {
		text += " (" + m.Hint + ")"
	}
	return text
}

// GetStatus returns the HTTP status that the problem is answered with.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType returns the media type of a problem where the answer would else
// have been of type ct.
func (p *Problem) ContentType(ct string) string {
	if ct == "application/json" {
		return "application/problem+json"
	}
	return ct
}
