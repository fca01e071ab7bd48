"""Places that hold the files of a large result: a folder of this machine, or anything that fsspec reaches."""
