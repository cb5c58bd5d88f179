package io.github.glimpse.documents;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.DeflaterOutputStream;

/** Small PDF files by the resource that each tries to exhaust: time, memory, log, stack. Deterministic. */
final class PdfAttacks {

    private static final String SHEET = "/MediaBox[0 0 200 200]";

    private PdfAttacks() {}

    /** All files by name. */
    static Map<String, byte[]> all() {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("endless-mesh", endlessMesh());
        files.put("failing-operators", failingOperators());
        files.put("forging-font", forgingFont());
        files.putAll(shadings());
        files.putAll(painting());
        files.putAll(recursions());
        files.putAll(structures());
        files.putAll(streams());
        files.putAll(images());
        files.putAll(texts());
        return files;
    }

    /** A free-form mesh whose one triangle is a line of 2^31 points, which PDFBox collects one by one. */
    static byte[] endlessMesh() {
        ByteBuffer mesh = ByteBuffer.allocate(3 * 12);
        for (int[] corner : new int[][] {{0, 0}, {-1, -1}, {0, 0}}) {
            mesh.put((byte) 0).putInt(corner[0]).putInt(corner[1]).put(new byte[3]);
        }
        return mesh(4, "/BitsPerFlag 8", mesh.array(), "-1000000000 1000000000 -1000000000 1000000000");
    }

    private static byte[] mesh(int type, String entries, byte[] mesh, String decode) {
        return RawPdf.page(SHEET + "/Resources<</Shading<</S 5 0 R>>>>", "/S sh").stream(
                        5,
                        "/ShadingType " + type + "/ColorSpace/DeviceRGB/BitsPerCoordinate 32/BitsPerComponent 8"
                                + entries + "/Decode[" + decode + " 0 1 0 1 0 1]",
                        mesh)
                .file();
    }

    /** Thousands of names of resources that are missing, each once an error with a stack trace in the log. */
    static byte[] failingOperators() {
        byte[] content = "/X Do /Y gs /Z sh /P cs\n".repeat(50_000).getBytes(StandardCharsets.US_ASCII);
        return RawPdf.document().page(SHEET).stream(4, "/Filter/FlateDecode", deflate(content))
                .file();
    }

    /** A font whose name, as PDFBox logs it, begins a line of the log and colors it. */
    static byte[] forgingFont() {
        String name = "x#0a2026-11-30#20ERROR#20forged#1b[31m";
        return RawPdf.page(
                        SHEET + "/Resources<</Font<</F<</Type/Font/Subtype/TrueType/BaseFont/" + name
                                + "/FirstChar 65/LastChar 65/Widths[500]/FontDescriptor<</Type/FontDescriptor/FontName/"
                                + name
                                + "/Flags 32>>>>>>>>",
                        "BT /F 12 Tf 20 20 Td (A\u0001B) Tj ET /" + name + " Do /" + name + " gs")
                .file();
    }

    private static Map<String, byte[]> shadings() {
        Map<String, byte[]> files = new LinkedHashMap<>();
        byte[] patch = new byte[1 + 12 * 8 + 4 * 3];
        for (int at = 1; at < 1 + 12 * 8; at++) {
            patch[at] = (byte) (at * 37);
        }
        files.put("patch-mesh", mesh(6, "/BitsPerFlag 8", patch, "-1000000000 1000000000 -1000000000 1000000000"));
        byte[] tensor = new byte[1 + 16 * 8 + 4 * 3];
        for (int at = 1; at < 1 + 16 * 8; at++) {
            tensor[at] = (byte) (at * 59);
        }
        files.put(
                "tensor-mesh",
                mesh(7, "/BitsPerFlag 8", tensor, "-100000000000 100000000000 -100000000000 100000000000"));
        files.put("lattice-mesh", mesh(5, "/VerticesPerRow 2", new byte[11 * 4000], "0 2000000000 0 2000000000"));
        files.put("lattice-mesh-huge-row", mesh(5, "/VerticesPerRow 2147483647", new byte[11 * 4], "0 9 0 9"));
        files.put("mesh-bits", mesh(4, "/BitsPerFlag 2147483647", new byte[100], "0 9 0 9"));
        String body = "{ pop pop " + "1 2 add pop 3 sqrt pop ".repeat(4_000) + "0 0 0 }";
        files.put(
                "slow-function",
                RawPdf.page(
                                SHEET + "/Resources<</Shading<</S<</ShadingType 1/ColorSpace/DeviceRGB"
                                        + "/Domain[0 200 0 200]/Function 5 0 R>>>>>>",
                                "/S sh")
                        .stream(5, "/FunctionType 4/Domain[0 200 0 200]/Range[0 1 0 1 0 1]", body)
                        .file());
        files.put(
                "function-of-functions",
                RawPdf.page(
                                SHEET + "/Resources<</Shading<</S<</ShadingType 2/ColorSpace/DeviceGray"
                                        + "/Coords[0 0 200 200]/Function 5 0 R>>>>>>",
                                "/S sh")
                        .object(5, "<</FunctionType 3/Domain[0 1]/Functions[5 0 R 5 0 R]/Bounds[.5]/Encode[0 1 0 1]>>")
                        .file());
        files.put("sampled-function", largeFunction());
        return files;
    }

    /** A function of 10^10 samples, for which PDFBox takes memory at once. */
    static byte[] largeFunction() {
        return RawPdf.page(
                        SHEET + "/Resources<</Shading<</S<</ShadingType 1/ColorSpace/DeviceGray/Function 5 0 R>>>>>>",
                        "/S sh")
                .stream(5, "/FunctionType 0/Domain[0 1 0 1]/Range[0 1]/Size[100000 100000]/BitsPerSample 32", "x")
                .file();
    }

    private static Map<String, byte[]> painting() {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put(
                "dashes",
                RawPdf.page(SHEET, "[.0001] 0 d 1 w 0 0 m 100000000 100000000 l S")
                        .file());
        files.put(
                "dashed-curves",
                RawPdf.page(SHEET, "[.00001] 0 d 0 0 m 1000000 9 9 1000000 200 200 c S ".repeat(500))
                        .file());
        files.put(
                "wide-joins",
                RawPdf.page(SHEET, "1 j 1 J 100000000 w 0 0 m " + "9 100000 l 0 0 l ".repeat(20_000) + "S")
                        .file());
        files.put(
                "clips",
                RawPdf.page(SHEET, "0 0 m 9 99 l 99 9 l h W n 1 1 200 200 re W n ".repeat(20_000))
                        .file());
        files.put(
                "tiles",
                RawPdf.page(SHEET + "/Resources<</Pattern<</P 5 0 R>>>>", "/Pattern cs /P scn 0 0 200 200 re f").stream(
                                5,
                                "/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 100000 100000]"
                                        + "/XStep .0001/YStep .0001",
                                "0 0 9 9 re f")
                        .file());
        files.put(
                "huge-box",
                RawPdf.page("/MediaBox[0 0 10000000000 10000000000]/UserUnit 1000000000", "0 0 9 9 re f")
                        .file());
        files.put(
                "thin-box",
                RawPdf.page("/MediaBox[0 0 1000000000 1]", "0 0 9 9 re f").file());
        files.put(
                "negative-unit",
                RawPdf.page(SHEET + "/UserUnit -5", "0 0 9 9 re f").file());
        files.put(
                "groups",
                RawPdf.page(
                                SHEET + "/Group<</S/Transparency>>/Resources<</XObject<</F 5 0 R>>>>",
                                "/F Do ".repeat(3_000))
                        .stream(
                                5,
                                "/Type/XObject/Subtype/Form/BBox[0 0 200 200]/Group<</S/Transparency/I true>>",
                                "0 0 200 200 re f")
                        .file());
        StringBuilder annotations = new StringBuilder("/Annots[");
        for (int each = 0; each < 50_000; each++) {
            annotations.append("<</Type/Annot/Subtype/Square/Rect[0 0 99 99]/C[1 0 0]/AP<</N 5 0 R>>>>");
        }
        files.put(
                "annotations",
                RawPdf.page(SHEET + annotations + "]", "").stream(
                                5, "/Type/XObject/Subtype/Form/BBox[0 0 99 99]", "0 0 99 99 re f")
                        .file());
        return files;
    }

    private static Map<String, byte[]> recursions() {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("forms", forms());
        files.put(
                "mask-of-itself",
                RawPdf.page(SHEET + "/Resources<</ExtGState<</G 5 0 R>>>>", "/G gs 0 0 99 99 re f")
                        .object(5, "<</SMask<</S/Luminosity/G 6 0 R>>>>")
                        .stream(
                                6,
                                "/Type/XObject/Subtype/Form/BBox[0 0 200 200]/Group<</S/Transparency>>"
                                        + "/Resources<</ExtGState<</G 5 0 R>>>>",
                                "/G gs 0 0 99 99 re f /G gs 0 0 9 9 re f")
                        .file());
        files.put(
                "pattern-of-itself",
                RawPdf.page(SHEET + "/Resources<</Pattern<</P 5 0 R>>>>", "/Pattern cs /P scn 0 0 200 200 re f").stream(
                                5,
                                "/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 9 9]/XStep 9/YStep 9"
                                        + "/Resources<</Pattern<</P 5 0 R>>>>",
                                "/Pattern cs /P scn 0 0 9 9 re f")
                        .file());
        files.put(
                "glyph-of-itself",
                RawPdf.page(SHEET + "/Resources<</Font<</F 5 0 R>>>>", "BT /F 9 Tf (AAAA) Tj ET")
                        .object(
                                5,
                                "<</Type/Font/Subtype/Type3/FontBBox[0 0 9 9]"
                                        + "/FontMatrix[1 0 0 1 0 0]/CharProcs<</A 6 0 R>>"
                                        + "/Encoding<</Differences[65/A]>>/FirstChar 65/LastChar 65/Widths[9]"
                                        + "/Resources<</Font<</F 5 0 R>>>>>>")
                        .stream(6, "", "9 0 d0 BT /F 9 Tf (AAAA) Tj ET")
                        .file());
        files.put(
                "color-of-itself",
                RawPdf.page(SHEET + "/Resources<</ColorSpace<</C 5 0 R>>>>", "/C cs 0 sc 0 0 9 9 re f")
                        .object(5, "[/Indexed 5 0 R 255 <00>]")
                        .file());
        files.put(
                "color-name-of-itself",
                RawPdf.page(
                                SHEET + "/Resources<</ColorSpace<</DefaultRGB/DeviceRGB/C[/Pattern 5 0 R]>>>>",
                                "/C cs 0 sc 1 0 0 rg 0 0 9 9 re f")
                        .object(5, "[/Separation/A 5 0 R 6 0 R]")
                        .file());
        return files;
    }

    /** Forms that call each other ten at a time, eight deep. */
    static byte[] forms() {
        int depth = 8;
        String calls = "/F Do ".repeat(10);
        RawPdf file = RawPdf.page(SHEET + "/Resources<</XObject<</F 5 0 R>>>>", calls);
        for (int form = 0; form < depth; form++) {
            boolean last = form == depth - 1;
            file.stream(
                    5 + form,
                    "/Type/XObject/Subtype/Form/BBox[0 0 200 200]"
                            + (last ? "" : "/Resources<</XObject<</F " + (6 + form) + " 0 R>>>>"),
                    last ? "0 0 9 9 re f ".repeat(10) : calls);
        }
        return file.file();
    }

    private static Map<String, byte[]> structures() {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put(
                "deep-array",
                RawPdf.page(SHEET + "/X" + "[".repeat(200_000), "").file());
        files.put(
                "deep-dictionary",
                RawPdf.page(SHEET + "/X" + "<</A".repeat(200_000), "").file());
        files.put("deep-content", RawPdf.page(SHEET, "[".repeat(500_000)).file());
        files.put(
                "deep-content-dictionaries",
                RawPdf.page(SHEET, "/A <</B".repeat(200_000) + " BDC").file());
        files.put("many-saves", RawPdf.page(SHEET, "q ".repeat(3_000_000)).file());
        files.put(
                "deep-pages",
                RawPdf.document()
                        .object(2, "<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2147483647>>")
                        .file());
        RawPdf chain = RawPdf.document();
        for (int level = 2; level < 20_000; level++) {
            chain.object(level, "<</Type/Pages/Kids[" + (level + 1) + " 0 R]/Count 1>>");
        }
        files.put(
                "chain-of-pages",
                chain.object(20_000, "<</Type/Page" + SHEET + ">>").file());
        files.put(
                "many-pages",
                RawPdf.document()
                        .object(2, "<</Type/Pages/Count 100000/Kids[" + "3 0 R ".repeat(100_000) + "]>>")
                        .object(3, "<</Type/Page/Parent 2 0 R" + SHEET + ">>")
                        .file());
        files.put(
                "parent-of-itself",
                RawPdf.document()
                        .object(2, "<</Type/Pages/Kids[3 0 R]/Count 1/Parent 3 0 R>>")
                        .object(3, "<</Type/Page/Parent 3 0 R>>")
                        .file());
        files.put(
                "outlines",
                RawPdf.page(SHEET, "")
                        .object(
                                9,
                                "<</First 9 0 R/Next 9 0 R/Prev 9 0 R/Parent 9 0 R"
                                        + "/Title(a\\nb\\033[31m)/Count 2147483647>>")
                        .file());
        files.put(
                "tables-in-a-circle",
                text("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages"
                        + "/Kids[]/Count 0>>endobj\n"
                        + "xref\n0 1\n0000000000 65535 f \ntrailer<</Root 1 0 R/Size 3"
                        + "/Prev 95>>\nstartxref\n95\n%%EOF"));
        files.put(
                "table-of-billions",
                text("%PDF-1.4\nxref\n0 2147483647\n0000000000 65535 f \n"
                        + "trailer<</Root 1 0 R/Size 2147483647>>\nstartxref\n9\n%%EOF"));
        files.put(
                "objects-in-themselves",
                RawPdf.document().object(2, "<</Type/Pages/Kids[3 0 R]/Count 1>>").stream(
                                7, "/Type/ObjStm/N 1000000/First 10/Extends 7 0 R", "7 0 3 0 2 0 ".repeat(1000))
                        .file());
        files.put(
                "length-of-itself",
                RawPdf.document()
                        .object(2, "<</Type/Pages/Kids[3 0 R]/Count 1>>")
                        .object(3, "<</Type/Page/Parent 2 0 R" + SHEET + "/Contents 4 0 R>>")
                        .raw("4 0 obj<</Length 4 0 R>>stream\nq Q\nendstream endobj\n")
                        .file());
        files.put(
                "signature-of-billions",
                RawPdf.page(SHEET, "")
                        .raw("9 0 obj" + "(".repeat(1_000_000) + "endobj\n")
                        .file());
        return files;
    }

    private static Map<String, byte[]> streams() {
        Map<String, byte[]> files = new LinkedHashMap<>();
        byte[] blanks = deflate(new byte[300 << 20]);
        files.put(
                "deflate-bomb",
                RawPdf.document().page(SHEET).stream(4, "/Filter/FlateDecode", blanks)
                        .file());
        files.put(
                "deflated-deflate-bomb",
                RawPdf.document().page(SHEET).stream(4, "/Filter[/FlateDecode/FlateDecode]", deflate(blanks))
                        .file());
        files.put(
                "many-filters",
                RawPdf.document().page(SHEET).stream(4, "/Filter[" + "/ASCIIHexDecode".repeat(100_000) + "]", "41>")
                        .file());
        files.put(
                "wide-predictor",
                RawPdf.document().page(SHEET).stream(
                                4,
                                "/Filter/FlateDecode/DecodeParms<</Predictor 15/Columns 2147483647"
                                        + "/Colors 32/BitsPerComponent 16>>",
                                deflate(new byte[100]))
                        .file());
        files.put("wide-fax", image("/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns 2147483647/Rows 2147483647>>"));
        files.put(
                "many-contents",
                RawPdf.document()
                        .object(2, "<</Type/Pages/Kids[3 0 R]/Count 1>>")
                        .object(
                                3,
                                "<</Type/Page/Parent 2 0 R" + SHEET + "/Contents[" + "4 0 R ".repeat(100_000) + "]>>")
                        .stream(4, "", "0 0 9 9 re f ".repeat(100))
                        .file());
        return files;
    }

    private static byte[] image(String entries) {
        return RawPdf.page(SHEET + "/Resources<</XObject<</I 5 0 R>>>>", "200 0 0 200 0 0 cm /I Do").stream(
                        5,
                        "/Type/XObject/Subtype/Image/Width 1000/Height 1000/BitsPerComponent 8/ColorSpace/DeviceRGB"
                                + entries,
                        "not an image")
                .file();
    }

    private static Map<String, byte[]> images() {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("jbig2", image("/Filter/JBIG2Decode"));
        files.put("jpx", image("/Filter/JPXDecode"));
        files.put("jpeg", image("/Filter/DCTDecode"));
        files.put(
                "large-inline",
                RawPdf.page(SHEET, "BI /W 2147483647 /H 2147483647 /BPC 8 /CS /RGB ID x EI")
                        .file());
        files.put(
                "negative-image",
                RawPdf.page(SHEET, "BI /W -1 /H -1 /BPC 8 /CS /RGB ID x EI").file());
        files.put(
                "many-bits",
                RawPdf.page(SHEET, "BI /W 900 /H 900 /BPC 2147483647 /CS /RGB ID x EI")
                        .file());
        files.put(
                "many-inline",
                RawPdf.page(SHEET, "BI /W 900 /H 900 /BPC 8 /CS /G ID x EI ".repeat(2_000))
                        .file());
        files.put(
                "profile",
                RawPdf.page(SHEET + "/Resources<</ColorSpace<</C[/ICCBased 5 0 R]>>>>", "/C cs 0 0 0 0 sc 0 0 9 9 re f")
                        .stream(5, "/N 4/Alternate[/ICCBased 5 0 R]", "acsp".repeat(500))
                        .file());
        files.put(
                "mask-image-of-itself",
                RawPdf.page(SHEET + "/Resources<</XObject<</I 5 0 R>>>>", "200 0 0 200 0 0 cm /I Do").stream(
                                5,
                                "/Type/XObject/Subtype/Image/Width 9/Height 9/BitsPerComponent 8"
                                        + "/ColorSpace/DeviceGray/SMask 5 0 R",
                                "x".repeat(81))
                        .file());
        return files;
    }

    private static Map<String, byte[]> texts() {
        Map<String, byte[]> files = new LinkedHashMap<>();
        String font =
                SHEET + "/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 5 0 R>>>>>>";
        files.put(
                "billions-of-codes",
                RawPdf.page(font, "BT /F 9 Tf 20 20 Td (AB) Tj ET").stream(
                                5,
                                "",
                                "begincmap 1 begincodespacerange <00000000> <ffffffff> endcodespacerange "
                                        + "1 beginbfrange <00000000> <ffffffff> <00000000> endbfrange "
                                        + "1 begincidrange <00000000> <ffffffff> 0 endcidrange endcmap")
                        .file());
        files.put(
                "control-characters",
                RawPdf.page(font, "BT /F 9 Tf 20 20 Td (AB) Tj ET").stream(
                                5,
                                "",
                                "begincmap 1 begincodespacerange <00> <ff> endcodespacerange "
                                        + "2 beginbfchar <41> <0058001b005b00330031006d> <42> "
                                        + "<000a0059202e> endbfchar endcmap")
                        .file());
        files.put(
                "overprint",
                RawPdf.page(font, "BT /F 9 Tf 20 20 Td " + "(AAAAAAAAAAAAAAAAAAAA) Tj 0 0 Td ".repeat(4_000) + "ET")
                        .file());
        files.put(
                "far-text",
                RawPdf.page(
                                font,
                                "BT /F BIG Tf BIG BIG Td (A) Tj BIG 0 0 BIG 0 0 Tm (A) Tj ET"
                                        .replace("BIG", "1" + "0".repeat(30)))
                        .file());
        files.put(
                "title",
                RawPdf.page(SHEET, "")
                        .object(8, "<</Title(a\\nb\\033[31m)>>")
                        .raw("trailer<</Root 1 0 R/Info 8 0 R>>\n")
                        .file());
        files.put(
                "forging-operator",
                RawPdf.page(SHEET, "1 2 \u001b[31mforged 0 0 re \u001b[2Jfake f")
                        .file());
        files.put(
                "forging-error",
                text("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj "
                        + "2 0 obj<</Type/Pages/Kids[3 0 R]/Count /A#0aERROR#20forged#1b[31m>>endobj "
                        + "3 0 obj<</Type/A#0aERROR#20forged#1b[31m>>endobj trailer<</Root 1 0 R>>\n%%EOF"));
        files.put(
                "forging-encryption",
                RawPdf.page(SHEET, "")
                        .raw("trailer<</Root 1 0 R/Encrypt<</Filter/A#0aERROR#20forged#1b[31m"
                                + "/V 9/R 9/O(x)/U(x)>>/ID[(a)(b)]>>\n")
                        .file());
        return files;
    }

    private static byte[] text(String content) {
        return content.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] deflate(byte[] content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DeflaterOutputStream out = new DeflaterOutputStream(bytes)) {
            out.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
