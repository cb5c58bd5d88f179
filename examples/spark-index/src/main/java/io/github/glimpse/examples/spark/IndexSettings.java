package io.github.glimpse.examples.spark;

import io.github.glimpse.documents.DocumentFolder;
import io.github.glimpse.documents.DocumentLimits;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What every executor has to know; paths are those of its own machine.
 *
 * @param embeddingModel folder of CLIP or SigLIP; null for no vectors
 * @param model folder of the model that reads pages without a text layer; null for the embedded one
 * @param module its glimpse module, or null
 * @param fields what is asked of such a page, name to question; empty if there is a schema, or for no reading
 * @param refusals what the model says where a page does not answer
 * @param schema JSON schema of the record that is extracted from such a page in place of answers; null for none
 * @param prompt what the model is told beside the schema
 * @param dotsPerInch of pages as pictures
 * @param threads of one native operation: {@code spark.task.cpus}
 * @param tasks of an executor at a time
 */
record IndexSettings(
        @Nullable String embeddingModel,
        @Nullable String model,
        @Nullable String module,
        LinkedHashMap<String, String> fields,
        ArrayList<String> refusals,
        @Nullable String schema,
        String prompt,
        double dotsPerInch,
        int threads,
        int tasks)
        implements Serializable {

    /** What is told a model that extracts a record, unless something else is. */
    static final String PROMPT = "Extract all fields of this page.";

    private static final long serialVersionUID = 1L;

    /** How the embedded model says that a page does not answer, or cannot be read. */
    static ArrayList<String> refusalsOfTheEmbeddedModel() {
        return new ArrayList<>(List.of("I cannot tell from this picture.", "I cannot read it in this picture."));
    }

    /** Vectors alone, one thread for each of two tasks. */
    static IndexSettings vectorsBy(String embeddingModel) {
        return new IndexSettings(
                embeddingModel,
                null,
                null,
                new LinkedHashMap<>(),
                new ArrayList<>(),
                null,
                PROMPT,
                DocumentFolder.DOTS_PER_INCH,
                1,
                2);
    }

    /** These with a record for the embedded model to fill in. */
    IndexSettings extracting(String jsonSchema) {
        return new IndexSettings(
                embeddingModel, model, module, fields, refusals, jsonSchema, prompt, dotsPerInch, threads, tasks);
    }

    /** Limits and dots per inch, as the library takes them; the folder itself is never looked into, Spark reads the files. */
    DocumentFolder folder() {
        return new DocumentFolder(Path.of("."), DocumentLimits.defaults(), dotsPerInch);
    }
}
