-- Cameras from a list: which cameras to record, and how, stands in cameras.csv, a
-- file that any spreadsheet program writes. Nobody has to change the script.
--
-- Run it:         recue run --sim scripts/cameras_from_a_list.lua
--                 recue run --sim scripts/cameras_from_a_list.lua --var length=3s
-- What you see:   each camera with its file, in the order of the list.
-- What to change: cameras.csv. The file is looked for beside this script; so is the
--                 module lib/cameras.lua, which holds what several scripts share.

local cameras = require "lib.cameras"

local list = cameras.read "cameras.csv"
local names = cameras.names(list)
print("cameras: " .. table.concat(names, ", "))

-- start takes one table as well: the task and its options together.
local results = parallel(list, start, {on_error = "rollback"})
for i, r in ipairs(results) do
  print(names[i] .. " records into", r.payload.file_path)
end

sleep(vars.length or "1s")
parallel(names, stop)
print("stopped " .. #names .. " cameras")
