package io.github.glimpse.examples.tiny.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.examples.tiny.pages.Phrasebook;
import io.github.glimpse.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PiecesJsonTest {

    private static final String PREAMBLE = """
            # Tools

            You may call one or more functions to assist with the user query.

            You are provided with function signatures within <tools></tools> XML tags:
            <tools>
            {"type": "function", "function": {"name": "zoom", "description": "Look closer at a part of the picture", "parameters": {"type": "object", "properties": {"x1": {"type": "integer"}, "y1": {"type": "integer"}}, "required": ["x1", "y1"]}}}
            </tools>

            For each function call, return a json object with function name and arguments within <tool_call></tool_call> XML tags:
            <tool_call>
            {"name": <function-name>, "arguments": <args-json-object>}
            </tool_call>""";
    private static final List<String> TEXTS = List.of(
            "What is the Total due?",
            "  two  blanks, a\ttab and\n\na line ",
            "{\"answer\": \"A7-K2\", \"quote\":\"Total  12.50\",\"found\": true}",
            "[{\"key\": []}, {}]",
            "naïve café – 北京 🦊 <b> <0x41>",
            Phrasebook.ABSENT,
            " x",
            "");

    @TempDir
    private static Path folder;

    private static Tokenizer tokenizer;

    @BeforeAll
    static void load() throws IOException {
        Files.writeString(folder.resolve("tokenizer.json"), PiecesJson.write().toString());
        tokenizer = Tokenizer.load(folder);
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    @Test
    void cutsTextsAsThePiecesDo() {
        for (String text : TEXTS) {
            assertThat(tokenizer.encode(text)).as(text).isEqualTo(Pieces.of(text));
        }
    }

    @Test
    void givesBackEveryBlankAndCapital() {
        for (String text : TEXTS) {
            assertThat(tokenizer.decode(Pieces.of(text))).isEqualTo(text);
            assertThat(tokenizer.decode(Pieces.spelled(text))).isEqualTo(text);
        }
    }

    @Test
    void toolsTakeHalfAsManyIdsAsInTheFirstEdition() {
        assertThat(tokenizer.encode(PREAMBLE)).hasSizeLessThan(262).contains(Pieces.id("<tool_call>"));
        assertThat(tokenizer.decode(tokenizer.encode(PREAMBLE))).isEqualTo(PREAMBLE);
    }

    @Test
    void refusalsAreOnePieceEachThatNoTextBecomes() {
        for (String refusal : Pieces.REFUSALS) {
            assertThat(tokenizer.decode(new int[] {Pieces.id(refusal)})).isEqualTo(refusal);
            assertThat(Pieces.of(refusal)).doesNotContain(Pieces.id(refusal));
        }
    }

    /** A new word in the grammar, or the same words in another order, would give the rows of all weights that are kept to other pieces. */
    @Test
    void piecesAreThoseOfTheWeightsThatAreKept() {
        assertThat(Pieces.list()).hasSize(2596);
        assertThat(Pieces.list().hashCode()).isEqualTo(1_744_612_682);
    }

    @Test
    void marksKeepTheIdsOfTheFirstEdition() {
        assertThat(Pieces.MARKS).allSatisfy(mark -> assertThat(Pieces.id(mark))
                .isEqualTo(io.github.glimpse.examples.tiny.drawing.Vocabulary.id(mark)));
        assertThat(tokenizer.vocabularySize()).isEqualTo(Pieces.list().size());
        assertThat(Pieces.list()).hasSizeLessThan(3000);
    }
}
