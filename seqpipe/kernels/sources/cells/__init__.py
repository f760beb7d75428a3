"""The equations of recurrent cells, a module each."""
