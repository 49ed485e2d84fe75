package vm

import (
	"sync"
	"sync/atomic"
	"time"

	lua "github.com/yuin/gopher-lua"
)

// Sizes of a thread. Stacks grow from almost nothing, so that a hundred
// thousand branches are ordinary.
const (
	rootDepth    = 16_000  // Lua frames of a thread of the main program; "stack overflow" beyond
	branchDepth  = 1_020   // the same for other branches: each frame costs a thread a byte, used or not
	coDepth      = 2_000   // the same for coroutines
	threadDepth  = 190     // protected calls and coroutines within each other, as PUC's LUAI_MAXCCALLS
	totalDepth   = 64_000  // Lua frames of all threads within each other, without the innermost one's
	registryMin  = 96      // values
	registryStep = 4096    // by which it grows, and what it needs
	registryMax  = 1 << 20 // values of one thread; "registry overflow" beyond
	branchMin    = 32      // the same for branches, of which there are many: a few functions that call each other
	branchStep   = 128
)

// MaxArrayIndex bounds the array part of a table: t[20261231] = 1 must not
// allocate twenty million slots.
const maxArrayIndex = 4 << 20

func init() { lua.MaxArrayIndex = maxArrayIndex }

// Options are what a VM needs from its host.
type Options struct {
	// Slow is told when a branch has computed for a second without a wait, and
	// where it is then: it holds up all others. May be nil.
	Slow func(at Position)
	// Explain may improve the text of an error while the frames of the thread
	// that raises it are still there. May be nil.
	Explain func(L *lua.LState, text string) string
	// Attach makes a thread run the code that the host makes, where that needs more
	// than gopher-lua. It is called behind every SetContext, which undoes it. May be nil.
	Attach func(L *lua.LState)
	// MaxCompute is how long a branch may compute without a wait before its Root
	// is cancelled with a LimitError; 0 means for ever. It is kept to watchTick.
	MaxCompute time.Duration
	// Busy is told when the first branch gets something to do and when none has:
	// all wait then, and only a timer or a reply goes on. It must not block. May be nil.
	Busy func(busy bool)
	// MaxHeap bounds the memory of the process in bytes, objects and stacks. Beyond
	// it every root branch is cancelled with a LimitError; 0 means no bound.
	MaxHeap int64
	// MaxThreads bounds the live branches and coroutines; 0 means 200,000.
	MaxThreads int
}

// VM is one Lua state with its branches.
type VM struct {
	opts  Options
	state *lua.LState
	baton baton

	// Threads that may be used again, see newThread and startThread.
	rootThreads, branchThreads, startThreads sync.Pool
	blank                                    *lua.LState // what a branch's thread is copied from

	branches   sync.WaitGroup
	live       atomic.Int64 // branches
	coroutines coroutines
	watchdog   watchdog
	drivers    drivers
	// coroutineResume is gopher-lua's own coroutine.resume.
	coroutineResume lua.LGFunction
	heap            heap

	mu    sync.Mutex
	roots map[*Branch]struct{}
}

// New makes a VM with no libraries; Open installs pcall, xpcall, error and coroutine.
func New(opts Options) *VM {
	if opts.MaxThreads == 0 {
		opts.MaxThreads = 200_000
	}
	m := &VM{opts: opts, baton: baton{busy: opts.Busy}, heap: heap{limit: opts.MaxHeap, allowed: opts.MaxHeap}, state: lua.NewState(lua.Options{
		SkipOpenLibs:        true,
		CallStackSize:       rootDepth,
		RegistrySize:        registryMin,
		RegistryGrowStep:    registryStep,
		RegistryMaxSize:     registryMax,
		MinimizeStackMemory: true, // sound because no thread goes on after an error (see protect, salvage)
	})}
	m.baton.run = m.drivers.run
	m.state.Options.RegistrySize = registryMin // NewState takes less than 128 for a mistake, and gives every thread 5,120
	// The state's own thread never runs Lua; it is the parent of all others.
	m.state.G.MainThread = m.state
	m.state.G.CurrentThread = m.state
	m.openBase()
	m.openCoroutine()
	return m
}

// State is the main thread, for registering globals before any branch runs.
func (m *VM) State() *lua.LState { return m.state }

// Wait returns when every branch has ended.
func (m *VM) Wait() {
	m.branches.Wait()
	m.drivers.stop()
	m.watchdog.stop()
}
