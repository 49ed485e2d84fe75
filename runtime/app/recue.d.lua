reference
--stub
