package script

// Project is what a new project begins with.
type Project struct {
	Files []ProjectFile // in the order in which to look at them
	Run   string        // which of them to run first
}

// ProjectFile is one file of a new project.
type ProjectFile struct {
	Name  string // no folder in it
	About string // in a few words
	Text  []byte
}
