package node

import (
	"path"
	"slices"
	"strings"

	"example.org/weft/dsl"
)

const maxName = 100 // bytes of a file name that is made of a user's

// safeName makes a file name of a name that a user gave. It is never empty,
// hidden, an option, or more than one path element.
func safeName(name string) string {
	clean := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '_', r == '-':
			return r
		default:
			return '_'
		}
	}, name)
	if clean == "" {
		return "file"
	}
	if clean[0] == '.' || clean[0] == '-' {
		clean = "_" + clean[1:]
	}
	if len(clean) > maxName {
		ext := path.Ext(clean)
		if len(ext) > maxName/2 {
			ext = ""
		}
		clean = clean[:maxName-len(ext)] + ext
	}
	return clean
}

// A kind of file that programs recognise by its name's end.
type fileKind struct{ ext, media string }

func fileKinds() []fileKind {
	return []fileKind{
		{".webm", "video/webm"},
		{".mp4", "video/mp4"},
		{".mkv", "video/x-matroska"},
		{".ivf", "video/x-ivf"},
		{".y4m", "video/x-yuv4mpeg"},
		{".wav", "audio/wav"},
		{".mp3", "audio/mpeg"},
		{".png", "image/png"},
		{".jpg", "image/jpeg"},
		{".svg", "image/svg+xml"},
		{".json", "application/json"},
		{".csv", "text/csv"},
		{".txt", "text/plain"},
		{".html", "text/html"},
		{".pdf", "application/pdf"},
		{".zip", "application/zip"},
		{".gz", "application/gzip"},
		{".tar", "application/x-tar"},
		{".parquet", "application/vnd.apache.parquet"},
	}
}

// outputName is the file name that a function is told to write an output to:
// with an extension if its media type, or its own name, is known to have one,
// since many programs choose a format by it.
func outputName(f dsl.Field) string {
	name := safeName(f.Name)
	for _, k := range fileKinds() {
		if k.media == f.MediaType || f.MediaType == "" && k.ext == "."+strings.ToLower(f.Name) {
			return name + k.ext
		}
	}
	return name
}

// mediaType is the declared one, or what the file's name says; else empty.
func mediaType(f dsl.Field, file string) string {
	if f.MediaType != "" {
		return f.MediaType
	}
	ext := strings.ToLower(path.Ext(file))
	kinds := fileKinds()
	if i := slices.IndexFunc(kinds, func(k fileKind) bool { return k.ext == ext }); i >= 0 {
		return kinds[i].media
	}
	return ""
}
