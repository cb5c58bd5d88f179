package io.github.glimpse.chat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** What the reference wrote in a case of a BLIP folder. */
final class BlipReference {

    private BlipReference() {}

    /** Greedy, unpruned. */
    static String caption(Path folder, String number) {
        return expected(folder, number).get("unpruned").get("text").textValue();
    }

    /** By beam search. */
    static String beams(Path folder, String number) {
        return expected(folder, number).get("unpruned_beam").get("text").textValue();
    }

    private static JsonNode expected(Path folder, String number) {
        try {
            return new ObjectMapper()
                    .readTree(folder.resolve("cases")
                            .resolve(number)
                            .resolve("expected.json")
                            .toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
