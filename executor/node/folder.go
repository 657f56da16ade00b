package node

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"example.org/weft/executor"
	"example.org/weft/executor/runtime"
	"example.org/weft/object"
)

// What is in an attempt's folder. The function works in workDir, so that a glob
// of its outputs sees what it made and nothing else.
const (
	attemptsDir = "attempts" // in the node's folder
	workDir     = "work"
	inDir       = "in"
	outDir      = "out"
	tempDir     = "tmp"
	scriptFile  = "script"
	inputFile   = "input.json"
	outputFile  = "output.json"
	failedFile  = "FAILED" // why the attempt failed; a folder without it is removed
)

// A folder is where one attempt works.
type folder struct {
	*os.Root
	name string // beneath the node's root
	path string // absolute
}

// folderName is attempts/RUN/TASK-N-HASH: for people, and still different for
// different attempts whatever their names contain.
func folderName(id executor.AttemptID) string {
	hash := string(object.Mint(id.String(), "folder"))[4:12]
	return attemptsDir + "/" + safeName(string(id.Run)) + "/" +
		safeName(string(id.Task)) + "-" + strconv.Itoa(id.N) + "-" + hash
}

func (n *Node) newFolder(id executor.AttemptID) (*folder, error) {
	name := folderName(id)
	n.folders.Lock()
	err := n.root.MkdirAll(name, 0o755)
	n.folders.Unlock()
	if err != nil {
		return nil, fmt.Errorf("cannot make the working folder: %w", err)
	}
	root, err := n.root.OpenRoot(name)
	if err != nil {
		return nil, fmt.Errorf("cannot open the working folder: %w", err)
	}
	f := &folder{Root: root, name: name, path: n.root.Name() + "/" + name}
	for _, dir := range []string{workDir, tempDir} {
		if err := f.Mkdir(dir, 0o755); err != nil {
			return nil, errors.Join(fmt.Errorf("cannot make the working folder: %w", err), root.Close())
		}
	}
	return f, nil
}

func (f *folder) paths() runtime.Paths {
	return runtime.Paths{
		Work: f.path + "/" + workDir, Temp: f.path + "/" + tempDir, Script: f.path + "/" + scriptFile,
		Input: f.path + "/" + inputFile, Output: f.path + "/" + outputFile,
	}
}

// keep leaves the folder for people to look at.
func (f *folder) keep(why string) error {
	return errors.Join(f.WriteFile(failedFile, []byte(why+"\n"), 0o644), f.Close())
}

// discard removes the folder, and that of its run when it was the last.
func (n *Node) discard(f *folder) error {
	err := errors.Join(f.Close(), n.removeAll(f.name))
	run := f.name[:strings.LastIndexByte(f.name, '/')]
	n.folders.Lock()
	defer n.folders.Unlock()
	_ = n.root.Remove(run) // fails, as it should, while other attempts are there
	return err
}

// removeAll removes a tree that a function made, which may have taken its own
// permission to write away.
func (n *Node) removeAll(name string) error {
	err := n.root.RemoveAll(name)
	if !errors.Is(err, fs.ErrPermission) {
		return err
	}
	walkErr := fs.WalkDir(n.root.FS(), name, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			return n.root.Chmod(path, 0o700)
		}
		return nil
	})
	return errors.Join(walkErr, n.root.RemoveAll(name))
}

// sweep removes the folders of attempts that died with an earlier process.
func (n *Node) sweep() error {
	if err := n.root.MkdirAll(attemptsDir, 0o755); err != nil {
		return err
	}
	runs, err := fs.ReadDir(n.root.FS(), attemptsDir)
	if err != nil {
		return err
	}
	for _, run := range runs {
		dir := attemptsDir + "/" + run.Name()
		folders, err := fs.ReadDir(n.root.FS(), dir)
		if err != nil {
			return err
		}
		for _, f := range folders {
			if _, err := n.root.Lstat(dir + "/" + f.Name() + "/" + failedFile); err == nil {
				continue
			}
			if err := n.removeAll(dir + "/" + f.Name()); err != nil {
				return err
			}
		}
		_ = n.root.Remove(dir) // fails, as it should, while kept folders are in it
	}
	return nil
}
