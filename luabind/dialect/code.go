package dialect

import lua "github.com/yuin/gopher-lua"

// The instruction format of the VM, which is Lua 5.1's: 6 bits of opcode, 8 of A, 9 of C, 9 of B from the top; B and C
// together make Bx. B and C name a register, or a constant when bit 8 is set.
const (
	maxBx       = 1<<18 - 1
	maxJump     = maxBx >> 1 // sBx holds -maxJump … maxJump
	constantBit = 1 << 8
	maxRK       = constantBit - 1 // the last constant that fits into B or C
	maxSetList  = 1<<9 - 1        // the last block number that fits into C
)

func encodeABC(op, a, b, c int) uint32 {
	return uint32(op)<<26 | uint32(a&0xff)<<18 | uint32(c&0x1ff)<<9 | uint32(b&0x1ff)
}

func encodeABx(op, a, bx int) uint32 { return uint32(op)<<26 | uint32(a&0xff)<<18 | uint32(bx&maxBx) }

func opcode(inst uint32) int { return int(inst >> 26) }
func argA(inst uint32) int   { return int(inst>>18) & 0xff }
func argB(inst uint32) int   { return int(inst) & 0x1ff }
func argC(inst uint32) int   { return int(inst>>9) & 0x1ff }
func argBx(inst uint32) int  { return int(inst) & maxBx }
func argSBx(inst uint32) int { return argBx(inst) - maxJump }

// pollEvery is how many instructions are made between two polls.
const pollEvery = 1 << 12

// emit appends an instruction and gives its index.
func (fs *funcState) emit(inst uint32, line int) int {
	if fs.emitted++; fs.emitted%pollEvery == 0 && fs.poll != nil {
		if err := fs.poll(); err != nil {
			panic(fail{err})
		}
	}
	fs.code = append(fs.code, inst)
	fs.lines = append(fs.lines, line)
	return len(fs.code) - 1
}

func (fs *funcState) abc(op, a, b, c, line int) int { return fs.emit(encodeABC(op, a, b, c), line) }
func (fs *funcState) abx(op, a, bx, line int) int   { return fs.emit(encodeABx(op, a, bx), line) }

// jump emits a jump whose target patch sets later.
func (fs *funcState) jump(line int) int { return fs.abx(lua.OP_JMP, 0, 0, line) }

// patch makes jumps (also loop instructions) go to target.
func (fs *funcState) patch(jumps []int, target int) {
	for _, pc := range jumps {
		distance := target - (pc + 1)
		if distance < -maxJump || distance > maxJump {
			fs.tooComplex(fs.lines[pc], "cut it into functions", "the block is too long")
		}
		fs.code[pc] = fs.code[pc]&^uint32(maxBx) | uint32(distance+maxJump)
	}
}

// patchHere makes jumps go to the next instruction.
func (fs *funcState) patchHere(jumps ...int) { fs.patch(jumps, len(fs.code)) }
