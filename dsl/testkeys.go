package dsl

// The keys of a test file.

func testFileKeys() []key {
	return []key{
		{name: "version", doc: "the version of the language: 1", form: enumNumber("1"), required: true},
		{name: "workflow", doc: "the workflow file, relative to this one", form: text(), required: true},
		{name: "stubs", doc: "what functions answer in every test that says nothing else", form: anyNames(keyed(stubKeys()))},
		{name: "tests", doc: "runs, each with what must come of it", form: list(keyed(testKeys())), required: true},
	}
}

func testKeys() []key {
	return []key{
		{name: "name", doc: "what the test shows", form: text(), required: true},
		{name: "inputs", doc: "what the run is given; a file by a name", form: dict(form{kind: formAny})},
		{name: "files", doc: "contents of files by name, for expressions that read them", form: anyNames(text())},
		{name: "stubs", doc: "what functions answer, by task, step or function", form: anyNames(keyed(stubKeys()))},
		{name: "expect", doc: "what must come of the run", form: keyed(expectKeys())},
	}
}

func answerKeys() []key {
	return []key{
		{name: "outputs", doc: "what the function gives; its inputs can be read: ${{ inputs.x }}", form: dict(form{kind: formAny})},
		{name: "takes", doc: "how long the attempt takes", form: durationForm()},
		{name: "fail", doc: "how the attempt fails", form: choice(enum(causes()...), keyed(failKeys()))},
	}
}

func stubKeys() []key {
	return append(answerKeys(), key{
		name: "attempts", doc: "an answer for each attempt; the last one stands for all that follow",
		form: list(keyed(answerKeys())),
	})
}

func failKeys() []key {
	return []key{
		{name: "cause", doc: "the cause, as retry.on names it (error)", form: enum(causes()...)},
		{name: "message", doc: "what the failure says", form: text()},
		{name: "exit_code", doc: "of the program", form: form{kind: formInt}},
	}
}

func expectKeys() []key {
	return []key{
		{name: "status", doc: "how the run ends (succeeded)", form: enum("succeeded", "failed", "cancelled")},
		{name: "outputs", doc: "outputs of the workflow; a file is its name", form: dict(form{kind: formAny})},
		{name: "error", doc: "text that the run's error contains", form: text()},
		{name: "took", doc: "how long the run takes", form: durationForm()},
		{name: "tasks", doc: "what becomes of tasks, or of steps as a whole", form: anyNames(choice(endForm(), keyed(expectedTaskKeys())))},
	}
}

func expectedTaskKeys() []key {
	return []key{
		{name: "state", doc: "how it ends", form: endForm()},
		{name: "attempts", doc: "how often it is tried", form: form{kind: formInt}},
		{name: "inputs", doc: "what its function is given; a file is its name", form: dict(form{kind: formAny})},
	}
}

func endForm() form { return enum("succeeded", "failed", "skipped", "cancelled") }
