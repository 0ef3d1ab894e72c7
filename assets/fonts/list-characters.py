# Prints the code points of the shipped font, one per line: GB 2312, the 8,105 characters of the Table of General Standard
# Chinese Characters (Unihan: kTGH), Latin, punctuation and fullwidth forms. Argument: Unihan_OtherMappings.txt.bz2.
import bz2
import sys

points = set()
for lead in range(0xA1, 0xFF):
    for trail in range(0xA1, 0xFF):
        try:
            points.add(ord(bytes([lead, trail]).decode('gb2312')))
        except UnicodeDecodeError:
            pass
with bz2.open(sys.argv[1], 'rt', encoding='utf-8') as unihan:
    for line in unihan:
        fields = line.split('\t')
        if len(fields) > 1 and fields[1] == 'kTGH':
            points.add(int(fields[0][2:], 16))
for first, last in [(0x20, 0x7E), (0xA0, 0x17F), (0x2010, 0x2027), (0x2030, 0x203B), (0x25A1, 0x25A1), (0x3000, 0x303F),
                    (0xFE30, 0xFE4F), (0xFF01, 0xFFEE)]:
    points.update(range(first, last + 1))
print('\n'.join('U+%04X' % point for point in sorted(points)))
