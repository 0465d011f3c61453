-- A filter for pandoc and Quarto: a block of code of the class mcalc becomes what mcalc says of it.
--
--   ```{.mcalc wrt=w shapes="w=n x=n"}
--   max(0, w.x + b)
--   ```
--
-- is explained; command=gradient has the answer alone. Other attributes are options, other classes flags:
-- {.mcalc .lhs command=gradient wrt=w detail=outline}.

local function options(block)
  local command, words = "explain", {}
  for _, class in ipairs(block.classes) do
    if class ~= "mcalc" then table.insert(words, "--" .. class) end
  end
  for name, value in pairs(block.attributes) do
    if name == "command" then
      command = value
    elseif name == "shapes" then
      for shape in value:gmatch("%S+") do
        table.insert(words, "-s")
        table.insert(words, shape)
      end
    else
      table.insert(words, "--" .. name)
      table.insert(words, value)
    end
  end
  if block.identifier ~= "" then
    table.insert(words, "--label")
    table.insert(words, block.identifier)
    if quarto then -- its cross-references look for the label behind the formula
      table.insert(words, "--flavour")
      table.insert(words, "quarto")
    end
  end
  return { command, "-", "-f", "markdown", table.unpack(words) }
end

function CodeBlock(block)
  if not block.classes:includes("mcalc") then return nil end
  local done, result = pcall(pandoc.pipe, os.getenv("MCALC") or "mcalc", options(block), block.text)
  if not done then
    error("mcalc could not answer `" .. block.text .. "`; what is wrong with it stands above.", 0)
  end
  return pandoc.read(result, "markdown").blocks
end
