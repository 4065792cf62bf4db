from app.settings.toml_places import places


def test_every_key_has_the_line_on_which_it_stands():
    text = '# a comment\n[site]\nid = "north"   # why\n\nname = "North"\n'
    assert places(text) == {("site",): 2, ("site", "id"): 3, ("site", "name"): 5}


def test_the_items_of_arrays_of_tables_are_numbered():
    text = '[[probes]]\nid = "a"\n\n[[probes]]\nid = "b"\n[probes.match]\nModality = "CT"\n'
    found = places(text)
    assert found[("probes", 0, "id")] == 2
    assert found[("probes", 1)] == 4
    assert found[("probes", 1, "id")] == 5
    assert found[("probes", 1, "match", "Modality")] == 7


def test_inline_tables_and_arrays_over_many_lines_are_followed():
    text = 'dicom = { host = "a, } # ]", tls = { ca = "x" }, port = 104 }\n'
    text += 'rotate = [\n  "1.2",  # first\n\n  "1.3",\n]\nlast = 1\n'
    found = places(text)
    assert found[("dicom", "tls", "ca")] == 1
    assert found[("dicom", "port")] == 1
    assert found[("rotate", 0)] == 3
    assert found[("rotate", 1)] == 5
    assert found[("last",)] == 7


def test_dotted_and_quoted_keys_are_split_as_toml_does():
    text = 'a.b . "c.d" = 1\n[measures."worklist.response"]\nwindow = "5m"\n["\\u00e4"]\nx = 2021-01-01T00:00:00Z\n'
    found = places(text)
    assert found[("a", "b", "c.d")] == 1
    assert found[("measures", "worklist.response", "window")] == 3
    assert found[("ä", "x")] == 5


def test_strings_over_many_lines_do_not_shift_what_follows():
    text = 'a = """one\n[no.table]\n\\""" two""""\nb = \'\'\'x\ny\'\'\'\nc = "\\"" # "\nd = \'\\\'\ne = 1\n'
    found = places(text)
    assert found == {("a",): 1, ("b",): 4, ("c",): 6, ("d",): 7, ("e",): 8}


def test_windows_line_ends_count_once():
    assert places("a = 1\r\nb = 2\r\n")[("b",)] == 2
