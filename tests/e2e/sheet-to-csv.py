#!/usr/bin/env python3
"""Prints the first sheet of a workbook as CSV, as an office would save it.

	sheet-to-csv.py BOOK.xlsx [DELIMITER]

Reads the XML itself: what a spreadsheet program shows is what stands there.
"""
import csv
import re
import sys
import zipfile
from xml.etree import ElementTree

NS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def main():
    with zipfile.ZipFile(sys.argv[1]) as book:
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
        shared = []
        if "xl/sharedStrings.xml" in book.namelist():
            for item in ElementTree.fromstring(book.read("xl/sharedStrings.xml")):
                shared.append("".join(t.text or "" for t in item.iter(NS + "t")))
    out = csv.writer(sys.stdout, delimiter=sys.argv[2] if len(sys.argv) > 2 else ",", lineterminator="\r\n")
    last = 0
    for row in sheet.iter(NS + "row"):
        number = int(row.get("r"))
        for _ in range(last + 1, number):
            out.writerow([])
        last = number
        cells = []
        for cell in row:
            column = 0
            for letter in re.match("[A-Z]+", cell.get("r")).group():
                column = column * 26 + ord(letter) - 64
            cells += [""] * (column - 1 - len(cells))
            if cell.find(NS + "f") is not None:
                sys.exit("a formula: " + cell.get("r"))
            text = "".join(t.text or "" for t in cell.iter(NS + "t"))
            value = cell.find(NS + "v")
            if cell.get("t") == "s":
                text = shared[int(value.text)]
            elif value is not None:
                text = value.text
            cells.append(text)
        out.writerow(cells)


main()
