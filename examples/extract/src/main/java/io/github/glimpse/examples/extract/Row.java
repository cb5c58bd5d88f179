package io.github.glimpse.examples.extract;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One file.
 *
 * @param file its name
 * @param extraction fingerprint of type, question and model, see {@link RecordSchema#fingerprint}; null in rows of older versions
 * @param record values that were read, null for a value that the image does not have; null if it could not be asked about
 * @param confidence of each value, by JSON pointer: the least probability of the tokens that wrote it, 0..1
 * @param kept share of the picture's tokens that the model saw
 * @param truncated whether the limit of tokens had a say in the record
 * @param error why there is no record, else null
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Row(
        String file,
        @Nullable String extraction,
        @Nullable JsonNode record,
        Map<String, Double> confidence,
        @Nullable Double kept,
        boolean truncated,
        @Nullable String error) {

    /** Takes files of other programs as they are. */
    public Row {
        confidence = confidence == null ? Map.of() : confidence;
    }

    static Row failed(String file, String extraction, String error) {
        return new Row(file, extraction, null, Map.of(), null, false, error);
    }

    /** The values by JSON pointer, as texts; the text of null is empty. */
    Map<String, String> values() {
        Map<String, String> values = new LinkedHashMap<>();
        for (String place : confidence.keySet()) {
            JsonNode value = record == null ? null : record.at(place);
            if (value != null && value.isValueNode()) {
                values.put(place, value.isNull() ? "" : value.asText());
            }
        }
        return values;
    }
}
