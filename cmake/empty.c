// The only source of a library whose sources do not exist yet.
