-- A module: functions that several scripts share. A script that lies in the folder
-- above gets them with
--
--     local cameras = require "lib.cameras"
--
-- Only what is in the table at the end can be seen from outside.

local cameras = {}

-- given is what a cell of the table says, or nil where it was left empty: an option
-- that is nil has its usual value.
local function given(cell)
  if cell ~= "" then
    return cell
  end
end

-- number makes a number of a cell; all that a CSV file holds are texts.
local function number(row, column)
  local cell = given(row[column])
  if cell == nil then
    return nil
  end
  return tonumber(cell) or error(row.task_id .. ": " .. column .. " must be a number, got " .. cell, 0)
end

-- read gives the cameras of a CSV file that lies beside the script, each with its
-- task_id and the options of start.
function cameras.read(file)
  local list = {}
  for _, row in ipairs(load_data(file)) do
    table.insert(list, {
      task_id = row.task_id,
      segment_time = given(row.segment_time),
      vid_stream = given(row.vid_stream),
      vid_byterate = number(row, "vid_byterate"),
    })
  end
  return list
end

-- names gives the task ids of a list of cameras.
function cameras.names(list)
  local names = {}
  for i, camera in ipairs(list) do
    names[i] = camera.task_id
  end
  return names
end

return cameras
