-- JSON, numbers and texts.

test("JSON comes back as it was", {cases = {
  '{"a":[1,2,{"b":true}],"c":"x"}', "[]", "{}", '{"empty":[],"none":{}}', "9007199254740992", '"\\u00e4\\n"', "[[[[]]]]",
}}, function(text)
  expect(json.encode(json.decode(text))).equals(json.encode(json.decode(json.encode(json.decode(text)))))
  expect(json.decode(json.encode(json.decode(text)))).equals(json.decode(text))
end)

test("whole numbers have no point, others keep theirs", function()
  expect(json.encode(300)).equals("300")
  expect(json.encode(0.5)).equals("0.5")
  expect(tostring(1e15)).equals("1e+15")
  expect(tostring(2 ^ 53)).equals("9.007199254741e+15")
end)

test("what has no form in JSON is refused", {cases = {{name = "not a number", value = 0 / 0}, {name = "infinity", value = 1 / 0}, {name = "a function", value = print}}}, function(case)
  expect(function() json.encode(case.value) end).fails("error")
end)

test("what is no JSON is refused", {cases = {"", "{", "[1,]", "nul", "01", '{"a":1,"a":2}', "1 2"}}, function(text)
  expect(function() json.decode(text) end).fails("error")
end)

test("swap, and, or: what is written is what happens", function()
  local a, b = 1, 2
  a, b = b, a
  expect({a, b}).equals {2, 1}
  local ok = true
  ok = ok and (false and true)
  expect(ok).is_false()
  local n = 11
  local function get() return n end
  pcall(error, "x")
  n = n + 1
  expect(get()).equals(12)
end)
