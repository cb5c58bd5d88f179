package io.github.glimpse.examples.extract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command with the embedded model, on a folder with two pictures and a file that is none. */
class ExtractTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;

    private Path pictures;
    private Path lines;
    private Path table;
    private final StringWriter printed = new StringWriter();
    private final StringWriter errors = new StringWriter();

    @BeforeEach
    void pictures() throws IOException {
        pictures = Files.createDirectory(folder.resolve("pictures"));
        lines = folder.resolve("rows.jsonl");
        table = folder.resolve("rows.csv");
        picture("a.png", Color.WHITE);
        picture("b.png", Color.LIGHT_GRAY);
        Files.writeString(pictures.resolve("c.png"), "no picture");
    }

    private void picture(String name, Color ground) throws IOException {
        BufferedImage image = new BufferedImage(112, 112, BufferedImage.TYPE_INT_RGB);
        Graphics2D pen = image.createGraphics();
        pen.setColor(ground);
        pen.fillRect(0, 0, 112, 112);
        pen.setColor(Color.BLACK);
        pen.fillRect(20, 40, 60, 8);
        pen.dispose();
        ImageIO.write(image, "png", pictures.resolve(name).toFile());
    }

    private int run(String... more) {
        String[] arguments = new String[more.length + 3];
        arguments[0] = pictures.toString();
        arguments[1] = "--json-lines=" + lines;
        arguments[2] = "--csv=" + table;
        System.arraycopy(more, 0, arguments, 3, more.length);
        return Extract.run(new PrintWriter(printed, true), new PrintWriter(errors, true), arguments);
    }

    @Test
    void picturesBecomeValidRecordsAndAFileThatIsNoneAnError() throws IOException {
        int code = run();

        assertThat(errors.toString()).isEmpty();
        assertThat(code).isZero();
        List<String> rows = Files.readAllLines(lines);
        assertThat(rows).hasSize(3);
        for (String row : rows.subList(0, 2)) {
            JsonNode read = JSON.readTree(row);
            JsonNode record = read.path("record");
            assertThat(record.path("shop").isTextual() || record.path("shop").isNull())
                    .isTrue();
            assertThat(record.path("order").isTextual() || record.path("order").isNull())
                    .isTrue();
            assertThat(record.path("total").isNumber() || record.path("total").isNull())
                    .isTrue();
            assertThat(read.path("extraction").asText()).startsWith("Receipt-");
            for (String place : List.of("/shop", "/order", "/total")) {
                assertThat(read.path("confidence").path(place).asDouble()).isBetween(0.0, 1.0);
            }
            assertThat(read.path("kept").asDouble()).isGreaterThan(0).isLessThanOrEqualTo(1);
        }
        assertThat(JSON.readTree(rows.get(2)).path("error").asText()).isNotEmpty();
        assertThat(Files.readAllLines(table).get(0))
                .isEqualTo("file,shop,\"shop confidence\",order,\"order confidence\",total,\"total confidence\",kept,"
                        + "truncated,error");
        assertThat(printed.toString()).contains("3 rows, 1 of them with an error");
    }

    @Test
    void aRunGoesOnWhereOneEnded() throws IOException {
        run();
        List<String> whole = Files.readAllLines(lines);
        Files.writeString(lines, whole.get(0) + "\n" + whole.get(1).substring(0, 20));
        printed.getBuffer().setLength(0);

        assertThat(run()).isZero();

        assertThat(Files.readAllLines(lines)).isEqualTo(whole);
        assertThat(printed.toString()).doesNotContain("a.png").contains("b.png", "c.png");
    }

    /** The shop is not on the quickstart's receipt. */
    @Test
    void aFieldThatTheImageDoesNotHaveIsNullWithItsScore() throws IOException {
        receipt();

        assertThat(run()).isZero();

        JsonNode row = JSON.readTree(Files.readAllLines(lines).get(0));
        assertThat(row.path("file").asText()).isEqualTo("a-receipt.png");
        assertThat(row.path("record")).isEqualTo(JSON.readTree("{\"shop\":null,\"order\":\"Z79\",\"total\":87.00}"));
        assertThat(row.path("confidence").path("/shop").asDouble()).isBetween(0.5, 1.0);
        assertThat(printed.toString()).contains("a-receipt.png  shop=null (0.", "order=Z79 (0.", "total=87.0");
        assertThat(Files.readAllLines(table).get(1)).startsWith("a-receipt.png,,0.");
    }

    record Ticket(
            @JsonProperty(required = true) String driver,
            @JsonProperty(required = true) String order) {}

    @Test
    void rowsOfAnotherTypeAreRefusedUntilTheyAreReplaced() throws IOException {
        receipt();
        run();
        List<String> receipts = Files.readAllLines(lines);
        String type = "--type=" + Ticket.class.getName();

        assertThat(run(type)).isEqualTo(2);

        assertThat(errors.toString()).contains("rows.jsonl", "Receipt-", "Ticket-", "--again", "--json-lines");
        assertThat(Files.readAllLines(lines)).isEqualTo(receipts);
        assertThat(run(type, "--again")).isZero();
        assertThat(JSON.readTree(Files.readAllLines(lines).get(0)).path("record"))
                .isEqualTo(JSON.readTree("{\"driver\":\"Quvaj\",\"order\":\"Z79\"}"));
        assertThat(run(type, "--question=What is on it?")).isEqualTo(2);
    }

    @Test
    void anEmptyFileIsARowAndTheRunGoesOn() throws IOException {
        Files.createFile(pictures.resolve("a.png.part.png"));

        assertThat(run()).isZero();

        assertThat(Files.readString(lines)).contains("The file has no bytes");
        assertThat(Files.readAllLines(lines)).hasSize(4);
    }

    @Test
    void aWrongPathIsASentenceWithTheNextStep() {
        assertThat(run("--schema=no-such.json")).isEqualTo(2);
        assertThat(errors.toString()).contains("The schema 'no-such.json'", "check --schema");
        assertThat(Extract.run(new PrintWriter(printed, true), new PrintWriter(errors, true), "no-such-folder"))
                .isEqualTo(2);
        assertThat(errors.toString())
                .contains("'no-such-folder'", "is no folder", "give the folder of your images", "--help lists");
        assertThat(errors.toString()).doesNotContain("Usage:");
    }

    private void receipt() throws IOException {
        Files.copy(
                Path.of(System.getProperty("glimpse.basedir", "../.."))
                        .resolve("examples/quickstart/src/main/resources/receipt.png"),
                pictures.resolve("a-receipt.png"));
    }

    @Test
    void aSchemaFileIsWhatTheRecordsAreKeptTo() throws IOException {
        Path schema = Files.writeString(
                folder.resolve("schema.json"),
                "{\"type\": \"object\", \"properties\": {\"kind\": {\"enum\": [\"receipt\", \"sign\"]}},"
                        + " \"required\": [\"kind\"], \"additionalProperties\": false}");

        assertThat(run("--schema=" + schema)).isZero();

        assertThat(JSON.readTree(Files.readAllLines(lines).get(0))
                        .path("record")
                        .path("kind")
                        .asText())
                .isIn("receipt", "sign");
    }

    @Test
    void whatIsNotUnderstoodEndsBeforeAnyFileIsRead() throws IOException {
        Path schema = Files.writeString(folder.resolve("schema.json"), "{\"not\": {}}");

        assertThat(run("--schema=" + schema)).isOne();
        assertThat(errors.toString()).contains("'not'");
        assertThat(lines).doesNotExist();
        assertThat(run("--type=com.example.Nothing")).isEqualTo(2);
        assertThat(errors.toString()).contains("com.example.Nothing");
    }
}
