// Real files with planted descriptions, made by the programs that people use; each marker is a value that must be found.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { utf8ToBytes } from '../bytes/encode.ts';
import { writeZip } from '../metadata/zip-file.ts';

const run = (program: string, ...args: readonly string[]): void => {
  execFileSync(program, args, { stdio: 'ignore' });
};

const picture = ['-size', '64x48', 'plasma:fractal'];
const tags = [
  '-Make=MarkerMake',
  '-Model=MarkerModel',
  '-SerialNumber=MarkerSerial7',
  '-OwnerName=MarkerOwner',
  '-Artist=MarkerArtist',
  '-DateTimeOriginal=2026:03:04 05:06:07',
  '-GPSLatitude=39.9042',
  '-GPSLatitudeRef=N',
  '-GPSLongitude=116.4074',
  '-GPSLongitudeRef=E',
  '-XMP-dc:Creator=MarkerCreator',
  '-XMP-xmpMM:DocumentID=MarkerDocument',
  '-XMP-photoshop:City=MarkerCity',
  '-XMP-xmp:CreatorTool=MarkerTool',
];
const inEvery = [
  'MarkerMake',
  'MarkerSerial7',
  'MarkerArtist',
  'MarkerCreator',
  'MarkerDocument',
  'MarkerCity',
  '39.90420 N',
];

export interface RealFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly markers: readonly string[];
}

export function makePictures(folder: string): readonly RealFile[] {
  const path = (name: string): string => join(folder, name);
  const made = (name: string, markers: readonly string[]): RealFile => ({
    name,
    bytes: new Uint8Array(readFileSync(path(name))),
    markers,
  });
  run('convert', ...picture, path('thumb.jpg'));
  for (const name of ['a.jpg', 'a.png', 'a.webp']) run('convert', ...picture, path(name));
  run(
    'exiftool',
    '-overwrite_original',
    ...tags,
    '-IPTC:City=MarkerIptc',
    '-Comment=MarkerComment',
    '-Orientation#=6',
    `-ThumbnailImage<=${path('thumb.jpg')}`,
    path('a.jpg'),
  );
  writeFileSync(path('a.jpg'), 'MarkerTrailer', { flag: 'a' });
  run(
    'exiftool',
    '-overwrite_original',
    ...tags,
    '-PNG:Title=MarkerTitle',
    '-PNG:ModifyDate=2026:03:04 05:06:07',
    path('a.png'),
  );
  run('exiftool', '-overwrite_original', ...tags, path('a.webp'));
  return [
    made('a.jpg', [...inEvery, 'MarkerIptc', 'MarkerComment']),
    made('a.png', [...inEvery, 'MarkerTitle']),
    made('a.webp', inEvery),
  ];
}

export function makeRecordings(folder: string): readonly RealFile[] {
  const path = (name: string): string => join(folder, name);
  const made = (name: string, markers: readonly string[]): RealFile => ({
    name,
    bytes: new Uint8Array(readFileSync(path(name))),
    markers,
  });
  const sound = ['-f', 'lavfi', '-i', 'sine=frequency=440:duration=1'];
  const film = ['-f', 'lavfi', '-i', 'testsrc=duration=1:size=64x48:rate=5'];
  const written = [
    '-metadata',
    'title=MarkerTitle',
    '-metadata',
    'artist=MarkerArtist',
    '-metadata',
    'comment=MarkerComment',
  ];
  run('ffmpeg', '-y', ...sound, ...written, '-write_id3v1', '1', path('a.mp3'));
  for (const name of ['a.mp4', 'a.mov']) {
    run(
      'ffmpeg',
      '-y',
      ...film,
      ...sound,
      '-c:v',
      'mpeg4',
      ...written,
      '-metadata',
      'creation_time=2026-03-04T05:06:07Z',
      '-metadata',
      'location=+39.9042+116.4074/',
      path(name),
    );
    run('exiftool', '-overwrite_original', '-XMP-dc:Creator=MarkerCreator', '-Keys:Make=MarkerMake', path(name));
  }
  const inMovie = ['MarkerTitle', 'MarkerComment', 'MarkerCreator', 'MarkerMake', '39.9042', '2026-03-04T05:06:07'];
  return [made('a.mp3', ['MarkerTitle', 'MarkerArtist']), made('a.mp4', inMovie), made('a.mov', inMovie)];
}

const word = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';
const relations = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"';
const officeTypes = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

/** A letter in Word's format with every kind of trace, and a picture with its own. */
export async function makeDocx(photo: Uint8Array): Promise<RealFile> {
  const parts: Readonly<Record<string, string>> = {
    '[Content_Types].xml': `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Default Extension="jpeg" ContentType="image/jpeg"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/word/comments.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml"/><Override PartName="/word/settings.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.settings+xml"/></Types>`,
    '_rels/.rels': `<Relationships ${relations}><Relationship Id="r1" Type="${officeTypes}/officeDocument" Target="word/document.xml"/><Relationship Id="r2" Type="x/core-properties" Target="docProps/core.xml"/><Relationship Id="r3" Type="x/thumbnail" Target="docProps/thumbnail.jpeg"/><Relationship Id="r4" Type="x/extended-properties" Target="docProps/app.xml"/></Relationships>`,
    'docProps/core.xml': `<cp:coreProperties xmlns:cp="c" xmlns:dc="d" xmlns:dcterms="t"><dc:creator>MarkerCreator</dc:creator><cp:lastModifiedBy>MarkerModifier</cp:lastModifiedBy><dcterms:created>2026-03-04T05:06:07Z</dcterms:created></cp:coreProperties>`,
    'docProps/app.xml':
      '<Properties xmlns="p"><Company>MarkerCompany</Company><Application>MarkerWord</Application></Properties>',
    'word/document.xml': `<w:document ${word}><w:body><w:p w:rsidR="00AB12CD"><w:r><w:t>Kept text</w:t></w:r><w:ins w:id="1" w:author="MarkerInserter" w:date="2026-03-04T05:06:07Z"><w:r><w:t>, inserted</w:t></w:r></w:ins><w:del w:id="2" w:author="MarkerDeleter"><w:r><w:delText>MarkerDeleted</w:delText></w:r></w:del><w:r><w:commentReference w:id="0"/></w:r></w:p><w:p><w:r><w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"><wp:extent cx="900000" cy="600000"/><wp:docPr id="1" name="Picture 1"/><a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:nvPicPr><pic:cNvPr id="1" name="C:\\Users\\MarkerPicture\\a.jpg"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip xmlns:r="${officeTypes}" r:embed="r3"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="900000" cy="600000"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p></w:body></w:document>`,
    'word/_rels/document.xml.rels': `<Relationships ${relations}><Relationship Id="r1" Type="${officeTypes}/comments" Target="comments.xml"/><Relationship Id="r2" Type="${officeTypes}/attachedTemplate" Target="file:///C:/Users/MarkerUser/a.dotm" TargetMode="External"/><Relationship Id="r3" Type="${officeTypes}/image" Target="media/image1.jpeg"/><Relationship Id="r4" Type="${officeTypes}/settings" Target="settings.xml"/></Relationships>`,
    'word/settings.xml': `<w:settings ${word} xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml"><w:mailMerge><w:connectString w:val="Data Source=C:\\Users\\MarkerSource\\a.xlsx"/></w:mailMerge><w:docVars><w:docVar w:name="a" w:val="MarkerVariable"/></w:docVars><w15:docId w15:val="{MarkerId}"/></w:settings>`,
    'word/comments.xml': `<w:comments ${word}><w:comment w:id="0" w:author="MarkerCommenter" w:initials="MC"><w:p/></w:comment></w:comments>`,
  };
  const files = Object.entries(parts).map(([name, text]) => ({ name, bytes: utf8ToBytes(text) }));
  const bytes = await writeZip([
    ...files,
    { name: 'word/media/image1.jpeg', bytes: photo },
    { name: 'docProps/thumbnail.jpeg', bytes: photo },
  ]);
  const markers = [
    'MarkerCreator',
    'MarkerModifier',
    'MarkerCompany',
    'MarkerInserter',
    'MarkerDeleter',
    'MarkerCommenter',
    'MarkerUser',
    'MarkerPicture',
    'MarkerSource',
    'MarkerVariable',
    'MarkerId',
    'MarkerSerial7',
  ];
  return { name: 'a.docx', bytes, markers };
}

export function makePdf(): RealFile {
  const text = `%PDF-1.4
1 0 obj << /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >> >> endobj
2 0 obj << /Type /Pages /Kids [3 0 R] /Count 1 >> endobj
3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 200 100] >> endobj
4 0 obj << /Author (Marker\\101uthor) /Producer (MarkerProducer) /Title <FEFF004D00610072006B00650072> /CreationDate (D:20260304050607+08'00') >> endobj
trailer << /Root 1 0 R /Info 4 0 R /ID [<00><01>] >>
%%EOF
%%EOF
`;
  return {
    name: 'a.pdf',
    bytes: utf8ToBytes(text),
    markers: ['MarkerAuthor', 'MarkerProducer', 'Marker', 'D:20260304050607'],
  };
}
