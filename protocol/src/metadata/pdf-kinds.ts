/**
 * What of a PDF is needed to show its pages, key by key (ISO 32000-1): all else stays behind in a cleaned copy, whatever
 * it is called.
 */

interface PdfKind<Name extends string = PdfKindName> {
  /** What is kept of a dictionary, and what its values are. */
  readonly keys?: Readonly<Record<string, Name>>;
  /** Of a dictionary whose keys are names that the file gives to things. */
  readonly each?: Name;
  /** Of an array. */
  readonly items?: Name;
  /** Numbers and names. */
  readonly hasAtoms?: true;
  readonly hasStrings?: true;
  readonly isStream?: true;
}

const all = <Name extends string>(kind: Name, names: string): Readonly<Record<string, Name>> =>
  Object.fromEntries(names.split(' ').map((name) => [name, kind]));
/** Numbers, names, and arrays of them. */
const plain = (names: string): Readonly<Record<string, 'atoms'>> => all('atoms', names);

const functionKeys = {
  ...plain('FunctionType Domain Range C0 C1 N Bounds Encode Size BitsPerSample Order Decode'),
  Functions: 'function',
} as const;
const cmapKeys = { ...plain('Type CMapName WMode'), CIDSystemInfo: 'system', UseCMap: 'cmap' } as const;
const shadingKeys = {
  ...plain('ShadingType Background BBox AntiAlias Coords Domain Extend Matrix BitsPerCoordinate BitsPerComponent'),
  ...plain('BitsPerFlag Decode VerticesPerRow'),
  ColorSpace: 'colors',
  Function: 'function',
} as const;

const kinds = {
  atoms: { hasAtoms: true, items: 'atoms' },
  strings: { hasAtoms: true, hasStrings: true },
  catalog: { keys: { OCProperties: 'layers', OutputIntents: 'outputs' } },
  page: {
    keys: {
      ...plain('Type MediaBox CropBox BleedBox TrimBox ArtBox Rotate UserUnit'),
      Resources: 'resources',
      Contents: 'content',
      Group: 'group',
    },
  },
  content: { isStream: true, items: 'content', keys: {} },
  group: { keys: { ...plain('Type S I K'), CS: 'colors' } },
  resources: {
    keys: {
      ...plain('ProcSet'),
      ExtGState: 'states',
      ColorSpace: 'spaces',
      Pattern: 'patterns',
      Shading: 'shadings',
      XObject: 'drawings',
      Font: 'fonts',
      Properties: 'properties',
    },
  },
  states: { each: 'state' },
  spaces: { each: 'colors' },
  patterns: { each: 'pattern' },
  shadings: { each: 'shading' },
  drawings: { each: 'drawing' },
  fonts: { each: 'font' },
  properties: { each: 'layer' },
  state: {
    keys: {
      ...plain('Type LW LC LJ ML D RI OP op OPM FL SM SA BM CA ca AIS TK'),
      ...all('function', 'BG BG2 UCR UCR2 TR TR2'),
      Font: 'font',
      SMask: 'mask',
    },
  },
  mask: { hasAtoms: true, keys: { ...plain('Type S BC'), G: 'drawing', TR: 'function' } },
  function: { hasAtoms: true, isStream: true, items: 'function', keys: functionKeys },
  // Names, and arrays of a name with what belongs to it: a profile, tables, functions, other spaces.
  colors: {
    hasAtoms: true,
    hasStrings: true,
    isStream: true,
    items: 'colors',
    keys: {
      ...functionKeys,
      ...plain('WhitePoint BlackPoint Gamma Matrix Subtype'),
      Alternate: 'colors',
      Colorants: 'spaces',
      Process: 'process',
    },
  },
  process: { keys: { ...plain('Components'), ColorSpace: 'colors' } },
  pattern: {
    isStream: true,
    keys: {
      ...plain('Type PatternType PaintType TilingType BBox XStep YStep Matrix'),
      Resources: 'resources',
      Shading: 'shading',
      ExtGState: 'state',
    },
  },
  shading: { isStream: true, keys: shadingKeys },
  // A picture, or a form; a picture's mask can be a list of colours.
  drawing: {
    hasAtoms: true,
    isStream: true,
    items: 'atoms',
    keys: {
      ...plain('Type Subtype Width Height BitsPerComponent Intent ImageMask Decode Interpolate SMaskInData Matte'),
      ...plain('FormType BBox Matrix'),
      ColorSpace: 'colors',
      ...all('drawing', 'Mask SMask'),
      Resources: 'resources',
      Group: 'group',
      OC: 'layer',
    },
  },
  font: {
    hasAtoms: true,
    items: 'font',
    keys: {
      ...plain('Type Subtype BaseFont FirstChar LastChar Widths DW W DW2 W2 FontBBox FontMatrix'),
      FontDescriptor: 'descriptor',
      Encoding: 'encoding',
      ToUnicode: 'cmap',
      DescendantFonts: 'font',
      CIDSystemInfo: 'system',
      CIDToGIDMap: 'cmap',
      CharProcs: 'glyphs',
      Resources: 'resources',
    },
  },
  glyphs: { each: 'content' },
  system: { keys: { ...plain('Supplement'), Registry: 'strings', Ordering: 'strings' } },
  encoding: { hasAtoms: true, isStream: true, keys: { ...cmapKeys, ...plain('BaseEncoding Differences') } },
  cmap: { hasAtoms: true, isStream: true, keys: cmapKeys },
  descriptor: {
    keys: {
      ...plain('Type FontName FontStretch FontWeight Flags FontBBox ItalicAngle Ascent Descent Leading CapHeight'),
      ...plain('XHeight StemV StemH AvgWidth MaxWidth MissingWidth'),
      ...all('strings', 'FontFamily CharSet'),
      ...all('program', 'FontFile FontFile2 FontFile3 CIDSet'),
    },
  },
  program: { isStream: true, keys: plain('Length1 Length2 Length3 Subtype') },
  // What is shown only sometimes (8.11): without it, all of it would be.
  layer: {
    hasAtoms: true,
    items: 'layer',
    keys: { ...plain('Type P Intent'), OCGs: 'layer', VE: 'layer', Usage: 'usage' },
  },
  usage: { keys: { Print: 'use', View: 'use', Zoom: 'use', Export: 'use' } },
  use: { keys: plain('Subtype PrintState ViewState ExportState min max') },
  layers: { keys: { OCGs: 'layer', D: 'choice' } },
  choice: { keys: { ...plain('BaseState Intent'), ON: 'layer', OFF: 'layer', AS: 'automatic' } },
  automatic: { items: 'automatic', keys: { ...plain('Event Category'), OCGs: 'layer' } },
  outputs: { items: 'outputs', keys: { ...plain('Type S'), DestOutputProfile: 'colors' } },
  parameters: {
    hasAtoms: true,
    items: 'parameters',
    keys: {
      ...plain('Predictor Colors BitsPerComponent Columns EarlyChange K EndOfLine EncodedByteAlign Rows EndOfBlock'),
      ...plain('BlackIs1 DamagedRowsBeforeError ColorTransform'),
      JBIG2Globals: 'program',
    },
  },
} as const satisfies Readonly<Record<string, PdfKind<string>>>;

export type PdfKindName = keyof typeof kinds;

export const pdfKinds: Readonly<Record<PdfKindName, PdfKind>> = kinds;
