-- The cameras, and what is done with all of them. The other files get this one by require "cameras".
-- What to change: the names in all. They are the task ids of your recorder.

local cameras = {}

cameras.all = {"cam1", "cam2"}

-- Records with all cameras at once, for a time such as "90m", and gives the files in the order of the cameras.
-- Every recording is stopped at the end, also where another camera fails.
function cameras.record(length)
  local stopped = parallel(cameras.all, function(camera)
    return record(camera, length)
  end)
  local files = {}
  for i, reply in ipairs(stopped) do
    files[i] = reply.payload.file_path
  end
  return files
end

return cameras
