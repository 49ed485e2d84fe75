package luabind

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// maxData is the largest file that load_data reads, in bytes.
const maxData = 16 << 20

func dataFuncs() []*Func {
	return []*Func{
		{
			Name:    "json.encode",
			Summary: "Writes a value as JSON text.",
			Doc:     "Whole numbers are written without a point; NaN, infinities and functions are errors. A table with the keys 1, 2, 3 … is a list, one with text keys an object.",
			Params:  []Param{{Name: "value", Type: Any, Doc: "what to write"}},
			Returns: []Return{{"text", "string", "JSON"}},
			Example: "print(json.encode({cameras = {\"cam1\", \"cam2\"}, count = 2}))",
			Run: func(c *Call) error {
				text, err := encodeJSON(c.L, c.Value("value"), c.run.limits.String)
				if err != nil {
					return err
				}
				return c.Return(lua.LString(text))
			},
		},
		{
			Name:    "json.decode",
			Summary: "Reads a JSON text.",
			Doc:     "null becomes nil: the field is not there. Lists and objects are told apart when they are encoded again, also empty ones.",
			Params:  []Param{{Name: "text", Type: Text, Doc: "JSON"}},
			Returns: []Return{{"value", "any", "what it says"}},
			Example: "print(json.decode('{\"cameras\": [\"cam1\"]}').cameras[1])",
			Run: func(c *Call) error {
				v, err := decodeJSON(c.L, []byte(c.Text("text", "")))
				if err != nil {
					return fmt.Errorf("not JSON: %w", err)
				}
				return c.Return(v)
			},
		},
		{
			Name:    "load_data",
			Summary: "Reads a JSON or CSV file that lies beside the script.",
			Doc:     "A CSV file gives a list of rows, each a table with the names of the first line as its keys; all its values are texts.",
			Params:  []Param{{Name: "file", Type: Text, Doc: "the file's name, ending in .json or .csv"}},
			Returns: []Return{{"data", "table", "what the file says"}},
			Example: "for _, camera in ipairs(load_data(\"cameras.csv\")) do print(camera.task_id) end",
			Run:     loadData,
		},
	}
}

func loadData(c *Call) error {
	name := c.Text("file", "")
	if len(name) > maxChecked {
		return argumentf("file is too long: a text of %d bytes", len(name))
	}
	data, err := c.run.readBeside(name, maxData, "")
	if err != nil {
		return err
	}
	text := strings.TrimPrefix(string(data), "\ufeff")
	var v lua.LValue
	switch strings.ToLower(path.Ext(name)) {
	case ".json":
		v, err = decodeJSON(c.L, []byte(text))
	case ".csv":
		v, err = decodeCSV(c.L, text)
	default:
		return fmt.Errorf("%q must end in .json or .csv", name)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return c.Return(v)
}

// decodeCSV reads rows under a line of names. The comma may be a semicolon, as
// spreadsheets write it where the comma is the decimal point.
func decodeCSV(L *lua.LState, text string) (lua.LValue, error) {
	r := csv.NewReader(strings.NewReader(text))
	if first, _, _ := strings.Cut(text, "\n"); strings.Contains(first, ";") && !strings.Contains(first, ",") {
		r.Comma = ';'
	}
	names, err := r.Read()
	if err == io.EOF {
		return nil, errors.New("the file is empty: its first line must name the columns")
	}
	if err != nil {
		return nil, err
	}
	seen := make(map[string]bool, len(names))
	for i, n := range names {
		names[i] = strings.TrimSpace(n)
		if seen[names[i]] {
			return nil, fmt.Errorf("two columns are called %q", clip(names[i], 100))
		}
		seen[names[i]] = true
	}
	rows := L.NewTable()
	rows.Metatable = mark(L, listMark)
	for n := 0; ; n += len(names) {
		if n >= pollEvery {
			if err := poll(L); err != nil {
				return nil, err
			}
			n = 0
		}
		fields, err := r.Read()
		if err == io.EOF {
			return rows, nil
		}
		if err != nil {
			return nil, err
		}
		row := L.CreateTable(0, len(names))
		for i, f := range fields {
			row.RawSetString(names[i], lua.LString(f))
		}
		rows.Append(row)
	}
}

// readBeside reads a file of the script's folder, and of no other: os.Root
// refuses what leads out of it, links included. flag is the limit's, if it has one.
func (r *run) readBeside(name string, limit int64, flag string) ([]byte, error) {
	if r.root == nil {
		return nil, errors.New("this script has no folder of its own, so there are no files beside it")
	}
	// Asked first, because to open a named pipe waits for its other end.
	info, err := r.root.Stat(name)
	if err == nil && !info.IsDir() && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("cannot read %q: it is no ordinary file", name)
	}
	if r.host.Reads != nil {
		r.host.Reads(name)
	}
	var file *os.File
	if err == nil {
		file, err = r.root.Open(name)
	}
	if err != nil {
		var pathErr *os.PathError
		if errors.As(err, &pathErr) {
			err = pathErr.Err
		}
		if !errors.Is(err, fs.ErrNotExist) && strings.Contains(err.Error(), "escapes") {
			err = errors.New("only files beside the script can be read")
		}
		return nil, fmt.Errorf("cannot read %q in the script's folder: %w", name, err)
	}
	defer file.Close()
	if info.IsDir() {
		return nil, fmt.Errorf("cannot read %q: it is a folder", name)
	}
	data, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read %q: %w", name, err)
	}
	if int64(len(data)) > limit {
		if flag != "" {
			flag = " (limit " + flag + ")"
		}
		return nil, fmt.Errorf("%q is larger than %d KiB%s", name, limit>>10, flag)
	}
	return data, nil
}
