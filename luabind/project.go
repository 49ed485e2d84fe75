package luabind

import (
	"embed"
	"fmt"

	"recue/runtime/script"
)

// projectFiles are the files of a new project but for the stub. What says all: those
// that begin with a dot too.
//
//go:embed all:project
var projectFiles embed.FS

// projectParts say what each file of a new project is, in the order in which to look at them.
var projectParts = []struct{ name, about string }{
	{"README.md", "what to try next"},
	{"cameras.lua", "the cameras, and what is done with them"},
	{"cameras_test.lua", "its tests"},
	{"first_recording.lua", "a script"},
	{"nightly.lua", "schedules"},
	{".env.example", "settings: to be copied to .env"},
	{".gitignore", "keeps .env out of git"},
	{".luarc.json", "settings of the Lua language server"},
	{stubName, "every function, for editors"},
}

const stubName = "recue.d.lua"

// Project gives the files of a new project; see script.Engine.
func (Engine) Project() script.Project {
	p := script.Project{Run: "first_recording.lua"}
	for _, part := range projectParts {
		file := script.ProjectFile{Name: part.name, About: part.about, Text: []byte(Stub())}
		if part.name != stubName {
			text, err := projectFiles.ReadFile("project/" + part.name)
			if err != nil {
				panic(fmt.Sprintf("the file is not in the program: %v", err)) // a test holds that it is
			}
			file.Text = text
		}
		p.Files = append(p.Files, file)
	}
	return p
}

// Stub gives the editor's description of every function; see script.Engine.
func (Engine) Stub() string { return Stub() }
