// Books and slides with planted traces, in parts as the office programs write them; each marker must be found.
import { utf8ToBytes } from '../bytes/encode.ts';
import { writeZip } from '../metadata/zip-file.ts';
import type { RealFile } from './metadata-files.ts';

const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const microsoft = 'http://schemas.microsoft.com/office/2017/10/relationships';
const sheetSpace = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const slideSpaces = `xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="${office}" xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"`;

/** Relationships r1, r2, … of the types and targets given. */
export function relationsOf(...lines: readonly (readonly [type: string, target: string])[]): string {
  const all = lines.map(([type, target], index) => {
    const mode = /^(\w+:|\\\\)/.test(target) ? ' TargetMode="External"' : '';
    return `<Relationship Id="r${index + 1}" Type="${type.includes(':') ? type : `${office}/${type}`}" Target="${target}"${mode}/>`;
  });
  return `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${all.join('')}</Relationships>`;
}

/** @param types of content by part; those that are not listed are XML or pictures */
export async function packOffice(
  types: Readonly<Record<string, string>>,
  parts: Readonly<Record<string, string | Uint8Array>>,
): Promise<Uint8Array> {
  const overrides = Object.entries(types).map(
    ([part, type]) =>
      `<Override PartName="/${part}" ContentType="application/vnd.openxmlformats-officedocument.${type}+xml"/>`,
  );
  const listed = `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Default Extension="jpeg" ContentType="image/jpeg"/><Default Extension="bin" ContentType="application/octet-stream"/>${overrides.join('')}</Types>`;
  const all = Object.entries({ '[Content_Types].xml': listed, ...parts });
  return writeZip(all.map(([name, part]) => ({ name, bytes: typeof part === 'string' ? utf8ToBytes(part) : part })));
}

/** A book with a pivot, its records, a connection, a chart with its own book, comments, printer and former views. */
export async function makeXlsx(photo: Uint8Array): Promise<RealFile> {
  const sheet = `xmlns="${sheetSpace}" xmlns:r="${office}"`;
  const types = {
    'xl/workbook.xml': 'spreadsheetml.sheet.main',
    'xl/worksheets/sheet1.xml': 'spreadsheetml.worksheet',
    'xl/pivotCache/pivotCacheDefinition1.xml': 'spreadsheetml.pivotCacheDefinition',
    'xl/pivotCache/pivotCacheRecords1.xml': 'spreadsheetml.pivotCacheRecords',
    'xl/pivotTables/pivotTable1.xml': 'spreadsheetml.pivotTable',
    'xl/connections.xml': 'spreadsheetml.connections',
    'xl/comments1.xml': 'spreadsheetml.comments',
    'xl/drawings/drawing1.xml': 'drawing',
    'xl/charts/chart1.xml': 'drawingml.chart',
  };
  const parts = {
    '_rels/.rels': relationsOf(['officeDocument', 'xl/workbook.xml'], ['extended-properties', 'docProps/app.xml']),
    'docProps/app.xml': '<Properties xmlns="p"><Company>MarkerCompany</Company></Properties>',
    'xl/workbook.xml': `<workbook ${sheet} xmlns:xr="http://schemas.microsoft.com/office/spreadsheetml/2014/revision" xmlns:x15ac="http://schemas.microsoft.com/office/spreadsheetml/2010/11/ac"><fileVersion appName="xl" rupBuild="MarkerBuild"/><x15ac:absPath url="C:\\Users\\MarkerUser\\"/><xr:revisionPtr revIDLastSave="0" documentId="MarkerDocument"/><bookViews><workbookView/></bookViews><sheets><sheet name="Kept sheet" sheetId="1" r:id="r1"/></sheets><customWorkbookViews><customWorkbookView name="MarkerView - Personal View" guid="{0}"/></customWorkbookViews><pivotCaches><pivotCache cacheId="1" r:id="r2"/></pivotCaches></workbook>`,
    'xl/_rels/workbook.xml.rels': relationsOf(
      ['worksheet', 'worksheets/sheet1.xml'],
      ['pivotCacheDefinition', 'pivotCache/pivotCacheDefinition1.xml'],
      ['connections', '/xl/connections.xml'],
    ),
    'xl/worksheets/sheet1.xml': `<worksheet ${sheet} xmlns:xr="http://schemas.microsoft.com/office/spreadsheetml/2014/revision" xr:uid="{MarkerUid}"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Kept cell</t></is></c><c r="B1"><v>7</v></c></row></sheetData><hyperlinks><hyperlink ref="A1" r:id="r5"/></hyperlinks><pageSetup orientation="landscape" r:id="r2"/><drawing r:id="r6"/><legacyDrawing r:id="r4"/></worksheet>`,
    'xl/worksheets/_rels/sheet1.xml.rels': relationsOf(
      ['pivotTable', '../pivotTables/pivotTable1.xml'],
      ['printerSettings', '../printerSettings/printerSettings1.bin'],
      ['comments', '../comments1.xml'],
      ['vmlDrawing', '../drawings/vmlDrawing1.vml'],
      ['hyperlink', 'file:///C:/Users/MarkerLink/a.xlsx'],
      ['drawing', '../drawings/drawing1.xml'],
    ),
    'xl/printerSettings/printerSettings1.bin': utf8ToBytes('\0\u0001MarkerPrinter'),
    'xl/comments1.xml': `<comments ${sheet}><authors><author>MarkerCommenter</author></authors><commentList><comment ref="A1" authorId="0"><text><t>MarkerComment</t></text></comment></commentList></comments>`,
    'xl/drawings/vmlDrawing1.vml':
      '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:x="urn:schemas-microsoft-com:office:excel"><v:shape id="_x0000_s1025" type="#_x0000_t202"><x:ClientData ObjectType="Note"><x:Row>0</x:Row><x:Column>0</x:Column></x:ClientData></v:shape></xml>',
    'xl/pivotCache/pivotCacheDefinition1.xml': `<pivotCacheDefinition ${sheet} r:id="r1" refreshedBy="MarkerRefresher" refreshedDate="46085.2" recordCount="1"><cacheSource type="worksheet"><worksheetSource ref="A1:A2" sheet="Kept sheet"/></cacheSource><cacheFields count="1"><cacheField name="MarkerField" numFmtId="0"><sharedItems/></cacheField></cacheFields></pivotCacheDefinition>`,
    'xl/pivotCache/_rels/pivotCacheDefinition1.xml.rels': relationsOf(['pivotCacheRecords', 'pivotCacheRecords1.xml']),
    'xl/pivotCache/pivotCacheRecords1.xml': `<pivotCacheRecords ${sheet} count="1"><r><s v="MarkerRecord"/></r></pivotCacheRecords>`,
    'xl/pivotTables/pivotTable1.xml': `<pivotTableDefinition ${sheet} name="MarkerPivot" cacheId="1" dataCaption="Values"><location ref="D1:D2" firstHeaderRow="1" firstDataRow="1" firstDataCol="0"/></pivotTableDefinition>`,
    'xl/pivotTables/_rels/pivotTable1.xml.rels': relationsOf([
      'pivotCacheDefinition',
      '../pivotCache/pivotCacheDefinition1.xml',
    ]),
    'xl/connections.xml': `<connections ${sheet}><connection id="1" name="a" type="1" refreshedVersion="8"><dbPr connection="Data Source=C:\\Users\\MarkerSource\\a.accdb;User ID=MarkerId"/></connection></connections>`,
    'xl/drawings/drawing1.xml': `<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" ${slideSpaces}><xdr:twoCellAnchor><xdr:from><xdr:col>2</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>2</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from><xdr:to><xdr:col>6</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>12</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:to><xdr:graphicFrame macro=""><xdr:nvGraphicFramePr><xdr:cNvPr id="2" name="Chart 1"/><xdr:cNvGraphicFramePr/></xdr:nvGraphicFramePr><xdr:xfrm><a:off x="0" y="0"/><a:ext cx="0" cy="0"/></xdr:xfrm><a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart"><c:chart xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" r:id="r1"/></a:graphicData></a:graphic></xdr:graphicFrame><xdr:clientData/></xdr:twoCellAnchor><xdr:twoCellAnchor><xdr:from><xdr:col>2</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>14</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from><xdr:to><xdr:col>6</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>20</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:to><xdr:pic><xdr:nvPicPr><xdr:cNvPr id="3" name="Picture 2" descr="C:\\Users\\MarkerPicture\\a.jpg"/><xdr:cNvPicPr/></xdr:nvPicPr><xdr:blipFill><a:blip r:embed="r2"/><a:stretch><a:fillRect/></a:stretch></xdr:blipFill><xdr:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="900000" cy="600000"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></xdr:spPr></xdr:pic><xdr:clientData/></xdr:twoCellAnchor></xdr:wsDr>`,
    'xl/drawings/_rels/drawing1.xml.rels': relationsOf(
      ['chart', '../charts/chart1.xml'],
      ['image', '../media/image1.jpeg'],
    ),
    'xl/charts/chart1.xml': `<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" ${slideSpaces}><c:chart><c:plotArea><c:layout/><c:barChart><c:barDir val="col"/><c:grouping val="clustered"/><c:ser><c:idx val="0"/><c:order val="0"/><c:val><c:numRef><c:f>'Kept sheet'!$B$1</c:f><c:numCache><c:formatCode>General</c:formatCode><c:ptCount val="1"/><c:pt idx="0"><c:v>7</c:v></c:pt></c:numCache></c:numRef></c:val></c:ser><c:axId val="1"/><c:axId val="2"/></c:barChart><c:catAx><c:axId val="1"/><c:scaling><c:orientation val="minMax"/></c:scaling><c:delete val="0"/><c:axPos val="b"/><c:crossAx val="2"/></c:catAx><c:valAx><c:axId val="2"/><c:scaling><c:orientation val="minMax"/></c:scaling><c:delete val="0"/><c:axPos val="l"/><c:crossAx val="1"/></c:valAx></c:plotArea></c:chart><c:externalData r:id="r1"/></c:chartSpace>`,
    'xl/charts/_rels/chart1.xml.rels': relationsOf(['package', '../embeddings/book1.bin']),
    'xl/embeddings/book1.bin': utf8ToBytes('\0MarkerBook'),
    'xl/media/image1.jpeg': photo,
  };
  return {
    name: 'a.xlsx',
    bytes: await packOffice(types, parts),
    markers: [
      ...['MarkerCompany', 'MarkerBuild', 'MarkerUser', 'MarkerDocument', 'MarkerView', 'MarkerUid', 'MarkerLink'],
      ...['MarkerRefresher', 'MarkerSource', 'MarkerPicture', 'MarkerSerial7'],
      ...['pivotCacheRecords1.xml', 'connections.xml', 'printerSettings1.bin', 'comments1.xml', 'book1.bin'],
    ],
  };
}

/** A presentation with comments of two kinds, its history, tags, and a template somewhere. */
export async function makePptx(photo: Uint8Array): Promise<RealFile> {
  const tree = (inside: string): string =>
    `<p:cSld><p:spTree><p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>${inside}</p:spTree></p:cSld>`;
  const shape = `<p:sp><p:nvSpPr><p:cNvPr id="2" name="Title 1"><a:extLst><a:ext uri="{FF2B5EF4-FFF2-40B4-BE49-F238E27FC236}"><a16:creationId xmlns:a16="http://schemas.microsoft.com/office/drawing/2014/main" id="{MarkerCreation}"/></a:ext></a:extLst></p:cNvPr><p:cNvSpPr/><p:nvPr/></p:nvSpPr><p:spPr><a:xfrm><a:off x="900000" y="900000"/><a:ext cx="5000000" cy="1000000"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></p:spPr><p:txBody><a:bodyPr/><a:p><a:r><a:t>Kept title</a:t></a:r></a:p></p:txBody></p:sp><p:pic><p:nvPicPr><p:cNvPr id="3" name="Picture 2"/><p:cNvPicPr/><p:nvPr/></p:nvPicPr><p:blipFill><a:blip r:embed="r2"/><a:stretch><a:fillRect/></a:stretch></p:blipFill><p:spPr><a:xfrm><a:off x="900000" y="2900000"/><a:ext cx="1800000" cy="1200000"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></p:spPr></p:pic>`;
  const map =
    '<p:clrMap bg1="lt1" tx1="dk1" bg2="lt2" tx2="dk2" accent1="accent1" accent2="accent2" accent3="accent3" accent4="accent4" accent5="accent5" accent6="accent6" hlink="hlink" folHlink="folHlink"/>';
  const colour = (name: string): string => `<a:${name}><a:srgbClr val="224466"/></a:${name}>`;
  const colours = [
    ...['dk1', 'lt1', 'dk2', 'lt2', 'accent1', 'accent2', 'accent3', 'accent4', 'accent5', 'accent6'],
    ...['hlink', 'folHlink'],
  ];
  const font = '<a:latin typeface="Carlito"/><a:ea typeface=""/><a:cs typeface=""/>';
  const fill = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>';
  const times = (text: string): string => text.repeat(3);
  const types = {
    'ppt/presentation.xml': 'presentationml.presentation.main',
    'ppt/slides/slide1.xml': 'presentationml.slide',
    'ppt/slideLayouts/slideLayout1.xml': 'presentationml.slideLayout',
    'ppt/slideMasters/slideMaster1.xml': 'presentationml.slideMaster',
    'ppt/theme/theme1.xml': 'theme',
    'ppt/tags/tag1.xml': 'presentationml.tags',
    'ppt/comments/comment1.xml': 'presentationml.comments',
    'ppt/commentAuthors.xml': 'presentationml.commentAuthors',
  };
  const parts = {
    '_rels/.rels': relationsOf(
      ['officeDocument', 'ppt/presentation.xml'],
      ['custom-properties', 'docProps/custom.xml'],
    ),
    'docProps/custom.xml':
      '<Properties xmlns="c" xmlns:vt="v"><property name="Owner"><vt:lpwstr>MarkerCustom</vt:lpwstr></property></Properties>',
    'ppt/presentation.xml': `<p:presentation ${slideSpaces}><p:sldMasterIdLst><p:sldMasterId id="2147483648" r:id="r1"/></p:sldMasterIdLst><p:sldIdLst><p:sldId id="256" r:id="r2"/></p:sldIdLst><p:sldSz cx="9144000" cy="6858000"/><p:notesSz cx="6858000" cy="9144000"/><p:custDataLst><p:tags r:id="r3"/></p:custDataLst></p:presentation>`,
    'ppt/_rels/presentation.xml.rels': relationsOf(
      ['slideMaster', 'slideMasters/slideMaster1.xml'],
      ['slide', 'slides/slide1.xml'],
      ['tags', 'tags/tag1.xml'],
      ['commentAuthors', 'commentAuthors.xml'],
      ['http://schemas.microsoft.com/office/2016/11/relationships/changesInfo', 'changesInfos/changesInfo1.xml'],
    ),
    'ppt/tags/tag1.xml': `<p:tagLst ${slideSpaces}><p:tag name="PATH" val="C:\\Users\\MarkerTag\\a.potx"/></p:tagLst>`,
    'ppt/commentAuthors.xml': `<p:cmAuthorLst ${slideSpaces}><p:cmAuthor id="0" name="MarkerCommenter" initials="MarkerInitials" lastIdx="1" clrIdx="0"/></p:cmAuthorLst>`,
    'ppt/changesInfos/changesInfo1.xml':
      '<pc:chgInfo xmlns:pc="http://schemas.microsoft.com/office/powerpoint/2013/main/command"><pc:docChgLst><pc:chgData name="a" userId="MarkerEditor" providerId="None"/></pc:docChgLst></pc:chgInfo>',
    'ppt/slides/slide1.xml': `<p:sld ${slideSpaces}>${tree(shape)}<p:extLst><p:ext uri="{6950BFC3-D8DA-4A85-94F7-54DA5524770B}"><p188:commentRel xmlns:p188="http://schemas.microsoft.com/office/powerpoint/2018/8/main" r:id="r4"/></p:ext></p:extLst></p:sld>`,
    'ppt/slides/_rels/slide1.xml.rels': relationsOf(
      ['slideLayout', '../slideLayouts/slideLayout1.xml'],
      ['image', '../media/image1.jpeg'],
      ['comments', '../comments/comment1.xml'],
      [`${microsoft}/comments`, '../comments/modern1.xml'],
    ),
    'ppt/comments/comment1.xml': `<p:cmLst ${slideSpaces}><p:cm authorId="0" dt="2026-03-04T05:06:07" idx="1"><p:pos x="1" y="1"/><p:text>MarkerComment</p:text></p:cm></p:cmLst>`,
    'ppt/comments/modern1.xml':
      '<p188:cmLst xmlns:p188="http://schemas.microsoft.com/office/powerpoint/2018/8/main"><p188:cm id="{1}" authorId="{MarkerModern}"/></p188:cmLst>',
    'ppt/slideLayouts/slideLayout1.xml': `<p:sldLayout ${slideSpaces}>${tree('')}<p:clrMapOvr><a:masterClrMapping/></p:clrMapOvr></p:sldLayout>`,
    'ppt/slideLayouts/_rels/slideLayout1.xml.rels': relationsOf(['slideMaster', '../slideMasters/slideMaster1.xml']),
    'ppt/slideMasters/slideMaster1.xml': `<p:sldMaster ${slideSpaces}>${tree('')}${map}<p:sldLayoutIdLst><p:sldLayoutId id="2147483649" r:id="r1"/></p:sldLayoutIdLst></p:sldMaster>`,
    'ppt/slideMasters/_rels/slideMaster1.xml.rels': relationsOf(
      ['slideLayout', '../slideLayouts/slideLayout1.xml'],
      ['theme', '../theme/theme1.xml'],
    ),
    'ppt/theme/theme1.xml': `<a:theme xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" name="x"><a:themeElements><a:clrScheme name="x">${colours.map(colour).join('')}</a:clrScheme><a:fontScheme name="x"><a:majorFont>${font}</a:majorFont><a:minorFont>${font}</a:minorFont></a:fontScheme><a:fmtScheme name="x"><a:fillStyleLst>${times(fill)}</a:fillStyleLst><a:lnStyleLst>${times(`<a:ln w="9525">${fill}</a:ln>`)}</a:lnStyleLst><a:effectStyleLst>${times('<a:effectStyle><a:effectLst/></a:effectStyle>')}</a:effectStyleLst><a:bgFillStyleLst>${times(fill)}</a:bgFillStyleLst></a:fmtScheme></a:themeElements></a:theme>`,
    'ppt/media/image1.jpeg': photo,
  };
  return {
    name: 'a.pptx',
    bytes: await packOffice(types, parts),
    markers: [
      ...['MarkerCustom', 'MarkerTag', 'MarkerInitials', 'MarkerEditor', 'MarkerCreation', 'MarkerSerial7'],
      ...['comment1.xml', 'modern1.xml', 'commentAuthors.xml', 'changesInfo1.xml', 'tag1.xml'],
    ],
  };
}

const odf = 'urn:oasis:names:tc:opendocument:xmlns';
const odfSpaces = `${['office', 'text', 'table', 'style', 'meta', 'config', 'presentation', 'script'].map((name) => `xmlns:${name}="${odf}:${name}:1.0"`).join(' ')} xmlns:draw="${odf}:drawing:1.0" xmlns:svg="${odf}:svg-compatible:1.0" xmlns:fo="${odf}:xsl-fo-compatible:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xlink="http://www.w3.org/1999/xlink"`;
const annotation = '<office:annotation><dc:creator>MarkerAnnotator</dc:creator></office:annotation>';
const frame =
  '<draw:frame svg:width="3cm" svg:height="2cm"><draw:image xlink:href="Pictures/a.jpg" xlink:type="simple"/></draw:frame>';

/** @param body of the content @param automatic styles */
export async function packOdf(
  kind: 'text' | 'spreadsheet' | 'presentation',
  body: string,
  automatic = '',
  more: Readonly<Record<string, string | Uint8Array>> = {},
): Promise<Uint8Array> {
  const type = `application/vnd.oasis.opendocument.${kind}`;
  const parts: Readonly<Record<string, string | Uint8Array>> = {
    'content.xml': `<office:document-content ${odfSpaces} office:version="1.3"><office:automatic-styles>${automatic}</office:automatic-styles><office:body><office:${kind}>${body}</office:${kind}></office:body></office:document-content>`,
    ...more,
  };
  const listed = ['/', ...Object.keys(parts)].map(
    (name) =>
      `<manifest:file-entry manifest:full-path="${name}" manifest:media-type="${name === '/' ? type : name.endsWith('xml') ? 'text/xml' : ''}"/>`,
  );
  return writeZip([
    { name: 'mimetype', bytes: utf8ToBytes(type), isStored: true },
    ...Object.entries(parts).map(([name, part]) => ({
      name,
      bytes: typeof part === 'string' ? utf8ToBytes(part) : part,
    })),
    {
      name: 'META-INF/manifest.xml',
      bytes: utf8ToBytes(
        `<manifest:manifest xmlns:manifest="${odf}:manifest:1.0" manifest:version="1.3">${listed.join('')}</manifest:manifest>`,
      ),
    },
  ]);
}

/** Text, a book and slides in OpenDocument, each with the same description, comment, macro, older version and picture. */
export async function makeOdfs(photo: Uint8Array, thumbnail: Uint8Array): Promise<readonly RealFile[]> {
  const more = {
    'meta.xml': `<office:document-meta ${odfSpaces}><office:meta><meta:initial-creator>MarkerCreator</meta:initial-creator><meta:generator>MarkerOffice</meta:generator><dc:date>2026-03-04</dc:date></office:meta></office:document-meta>`,
    'settings.xml': `<office:document-settings ${odfSpaces}><office:settings><config:config-item config:name="PrinterName">MarkerPrinter</config:config-item></office:settings></office:document-settings>`,
    'Basic/Standard/Module1.xml': '<script:module xmlns:script="s" script:name="MarkerMacro"/>',
    'Versions/Version1': utf8ToBytes('\0MarkerVersion'),
    'Pictures/a.jpg': photo,
    'Pictures/unused.jpg': photo,
    'Thumbnails/thumbnail.png': thumbnail,
  };
  const changes =
    '<text:tracked-changes><text:changed-region><office:change-info><dc:creator>MarkerChanger</dc:creator></office:change-info><text:p>MarkerDeleted</text:p></text:changed-region></text:tracked-changes>';
  const script =
    '<office:event-listeners><script:event-listener script:language="ooo:script" xlink:href="file:///home/MarkerUser/a.py"/></office:event-listeners>';
  const bodies = {
    odt: ['text', `${changes}${script}<text:p>Kept text${annotation}${frame}</text:p>`],
    ods: [
      'spreadsheet',
      `<table:table table:name="Kept sheet">${script}<table:table-row><table:table-cell>${annotation}<text:p>Kept cell</text:p></table:table-cell><table:table-cell><text:p>${frame}</text:p></table:table-cell></table:table-row></table:table>`,
    ],
    odp: [
      'presentation',
      `<draw:page draw:name="Kept slide">${script}${annotation}<draw:frame svg:x="1cm" svg:y="1cm" svg:width="9cm" svg:height="3cm"><draw:text-box><text:p>Kept title</text:p></draw:text-box></draw:frame>${frame}<presentation:notes/></draw:page>`,
    ],
  } as const;
  const markers = ['MarkerAnnotator', 'MarkerCreator', 'MarkerOffice', 'MarkerUser', 'MarkerSerial7'];
  const names = ['Versions/Version1', 'Basic/Standard/Module1.xml', 'Pictures/unused.jpg'];
  return Promise.all(
    Object.entries(bodies).map(async ([ending, [kind, body]]) => ({
      name: `a.${ending}`,
      bytes: await packOdf(kind, body, '', more),
      markers: [...markers, ...names, ...(ending === 'odt' ? ['MarkerChanger'] : [])],
    })),
  );
}
