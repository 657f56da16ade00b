package dsl

// The keys of the language; docs/language.md explains each. Those marked later are
// known, so that a file which uses them is refused with the reason.

func workflowKeys() []key {
	keys := []key{
		{name: "version", doc: "the version of the language: 1", form: enumNumber("1"), required: true},
		{name: "name", doc: "what the workflow is called", form: workflowName(), required: true},
		{name: "description", doc: "what it does, for people", form: text()},
		{name: "inputs", doc: "what a run is given", form: dict(fieldForm(inputKeys()))},
		{name: "outputs", doc: "what a run gives", form: dict(choice(form{kind: formWord}, list(form{kind: formAny}), keyed(resultKeys())))},
		{name: "functions", doc: "what steps run, by name", form: dict(keyed(functionKeys()))},
		{name: "steps", doc: "the steps, by name", form: dict(keyed(stepKeys())), required: true},
		{name: "on_failure", doc: "steps after the others, when the run has failed", form: dict(keyed(stepKeys()))},
		{name: "finally", doc: "steps after all others, however the run ended", form: dict(keyed(stepKeys()))},
		{name: "timeout", doc: "how long a run may take", form: durationForm()},
		{name: "on", doc: "what starts runs by itself", form: keyed(onKeys())},
		{name: "concurrency", doc: "how many runs go on at a time", form: keyed(concurrencyKeys())},
		{name: "optimize", doc: "what placement prefers", form: enum("balanced", "latency", "bytes", "cost")},
		{name: "max_slowdown", doc: "how much later a task may finish to save bytes: 5% or 0.05", form: fractionForm()},
	}
	return append(keys, later("budget", "leave it out: timeout bounds a run", "retention", "leave it out")...)
}

func functionBodyKeys() []key {
	keys := []key{
		{name: "run", doc: "a shell script", form: text()},
		{name: "exec", doc: "a program and its arguments", form: list(form{kind: formWord})},
		{name: "builtin", doc: "a function of weft itself", form: enum(builtinNames()...)},
		{name: "workflow", doc: "another workflow: ./FILE.yaml, or NAME, NAME@VERSION or NAME@ALIAS of a server", form: text()},
		{name: "shell", doc: "the program that runs the script of run, and its arguments", form: list(text())},
		{name: "outputs", doc: "what the function makes", form: dict(fieldForm(outputKeys()))},
		{name: "resources", doc: "what one attempt occupies", form: keyed(resourceKeys())},
		{name: "env", doc: "environment variables", form: dict(form{kind: formWord})},
		{name: "timeout", doc: "how long one attempt may take", form: durationForm()},
		{name: "retry", doc: "how failed attempts are repeated", form: keyed(retryKeys())},
		{name: "pure", doc: "whether it has no effect but its outputs", form: form{kind: formBool}},
		{name: "cache", doc: "whether earlier results of a pure function are reused", form: choice(form{kind: formBool}, keyed(cacheKeys()))},
		{name: "requires", doc: "programs that a node must have", form: list(text())},
	}
	return append(keys, later("http", "send the request with curl in run", "wasm", "run the module with exec: [wasmtime, FILE]", "lambda", "call it with aws lambda invoke in run",
		"code", "write it in run, or give the file as an input", "image", "run it with podman or docker in exec", "warm", "leave it out")...)
}

func functionKeys() []key {
	return append([]key{
		{name: "description", doc: "what it does, for people", form: text()},
		{name: "inputs", doc: "what the function is given", form: dict(fieldForm(inputKeys()))},
	}, functionBodyKeys()...)
}

func stepKeys() []key {
	keys := append([]key{
		{name: "description", doc: "what it does, for people", form: text()},
		{name: "uses", doc: "the function that it runs", form: text()},
		{name: "with", doc: "the function's inputs", form: dict(form{kind: formAny})},
		{name: "needs", doc: "steps that must have succeeded first: all, or at_least so many of them", form: choice(list(text()), keyed(needsKeys()))},
		{name: "if", doc: "a condition, without which the step is skipped", form: form{kind: formWord}},
		{name: "foreach", doc: "makes it a task for each item of a list", form: keyed(foreachKeys())},
		{name: "wait", doc: "it waits for a time, a signal or an approval", form: keyed(waitKeys())},
		{name: "repeat", doc: "it is run again until a condition holds", form: keyed(repeatKeys())},
		{name: "heartbeat", doc: "how long nothing may be heard of a callback's work", form: durationForm()},
	}, functionBodyKeys()...)
	keys = append(keys,
		key{name: "deadline", doc: "how long all attempts of a task may take together", form: durationForm()},
		key{name: "catch", doc: "which step stands for it when it fails, after its retries", form: list(keyed(catchKeys()))},
		key{name: "switch", doc: "runs the first of several steps whose condition holds, and stands for it", form: list(keyed(switchKeys()))})
	return append(keys, later("placement", "leave it out: weft run --placement is for the whole run", "combine", "reduce the list in a step that reads it")...)
}

func foreachKeys() []key {
	return []key{
		{name: "in", doc: "the list", form: choice(exprText(), list(form{kind: formAny})), required: true},
		{name: "as", doc: "the name of the item in expressions (item); with batch, of a list of items", form: nameForm()},
		{name: "index", doc: "the name of the task's index, which counts from 0", form: nameForm()},
		{name: "batch", doc: "how many items one task takes, as a list", form: form{kind: formInt, min: 1}},
		{name: "max_parallel", doc: "tasks at a time; 1 is one after the other", form: form{kind: formInt, min: 1}},
		{name: "tolerate", doc: "how many items may fail without failing the step: 3 or 10%", form: toleranceForm()},
	}
}

func needsKeys() []key {
	return []key{
		{name: "of", doc: "steps", form: list(text()), required: true},
		{name: "at_least", doc: "how many of them must have succeeded", form: form{kind: formInt, min: 1}, required: true},
	}
}

func inputKeys() []key {
	return []key{
		{name: "type", doc: "its type", form: typeForm(), required: true},
		{name: "description", doc: "what it is, for people", form: text()},
		{name: "default", doc: "its value when none is given", form: form{kind: formAny}},
	}
}

func outputKeys() []key {
	return append([]key{
		{name: "type", doc: "its type", form: typeForm(), required: true},
		{name: "description", doc: "what it is, for people", form: text()},
		{name: "path", doc: "where it lies in the working directory; * and ? stand for any characters", form: text()},
		{name: "size_hint", doc: "about how big one file is", form: sizeForm()},
		{name: "media_type", doc: "what the file contains, as in RFC 6838", form: text()},
	}, later("to", "upload it in a step, such as run: aws s3 cp ...")...)
}

func resultKeys() []key {
	return append([]key{
		{name: "value", doc: "an expression", form: form{kind: formAny}, required: true},
		{name: "type", doc: "its type", form: typeForm()},
		{name: "description", doc: "what it is, for people", form: text()},
	}, later("to", "upload it in a step, such as run: aws s3 cp ...")...)
}

func resourceKeys() []key {
	return append([]key{
		{name: "cpu", doc: "cores", form: form{kind: formNumber}},
		{name: "memory", doc: "bytes", form: sizeForm()},
	}, later("gpu", "leave it out, and name a program that only such nodes have under requires", "disk", "leave it out")...)
}

func retryKeys() []key {
	return []key{
		{name: "max_retries", doc: "tries after the first", form: form{kind: formInt}},
		{name: "interval", doc: "before the first retry", form: durationForm()},
		{name: "backoff", doc: "factor of the interval from one retry to the next", form: form{kind: formNumber, min: 1}},
		{name: "max_interval", doc: "the longest interval", form: durationForm()},
		{name: "jitter", doc: "full: an interval is drawn between nothing and its length", form: enum("none", "full")},
		{name: "on", doc: "causes of failure that are retried", form: list(enum(causes()...))},
	}
}

// causes are what retry.on may name.
func causes() []string {
	return []string{"error", "timeout", "output", "input", "object_lost", "disk_full", "lost", "repeat"}
}

// later makes keys that are not supported yet from names and what to do instead.
func later(pairs ...string) []key {
	var keys []key
	for i := 0; i < len(pairs); i += 2 {
		keys = append(keys, key{name: pairs[i], doc: pairs[i+1], later: true})
	}
	return keys
}
