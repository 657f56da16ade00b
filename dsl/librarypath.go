package dsl

import (
	"fmt"
	"path"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// ofPath declares a function of a path, which in a step is also one of a file:
// of its name.
func ofPath(name string, f func(string) string) []cel.FunctionOpt {
	var overloads []cel.FunctionOpt
	for _, of := range []struct {
		id string
		is *cel.Type
	}{{"string", cel.StringType}, {"file", cel.ObjectType(fileType)}, {"dir", cel.ObjectType(dirType)}} {
		overloads = append(overloads, unary(name+"_"+of.id, of.is, cel.StringType, libPath(f)))
	}
	return overloads
}

func libPath(f func(string) string) func(ref.Val) ref.Val {
	return func(v ref.Val) ref.Val {
		switch v := v.(type) {
		case types.String:
			return types.String(f(string(v)))
		case *fileRecord:
			return types.String(f(v.ref().Name))
		}
		return types.WrapErr(fmt.Errorf("a %s is no path", plainTypes(v.Type().TypeName())))
	}
}

// pathBase is what follows the last slash.
func pathBase(p string) string {
	if p == "" {
		return ""
	}
	return path.Base(p)
}

// pathDir is what precedes the last slash, "." when there is none.
func pathDir(p string) string { return path.Dir(p) }

// pathExtension is the last dot of a name and what follows it. A name that
// begins with its only dot has none.
func pathExtension(p string) string {
	name := pathBase(p)
	return path.Ext(strings.TrimLeft(name, "."))
}

// pathStem is a name without its extension.
func pathStem(p string) string { return strings.TrimSuffix(pathBase(p), pathExtension(p)) }
