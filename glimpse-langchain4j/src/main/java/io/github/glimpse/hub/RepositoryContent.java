package io.github.glimpse.hub;

import io.github.glimpse.ModelFilesException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What is fetched of a repository: no more than the readers of its kind look at. */
enum RepositoryContent {

    /** A vision-language model in Hugging Face form. */
    MODEL {
        @Override
        List<String> optional() {
            return OPTIONAL;
        }

        @Override
        List<String> settings(RepositoryListing listing, String what) {
            List<String> missing = new ArrayList<>();
            if (!listing.has(ModelFiles.CONFIG)) {
                missing.add(ModelFiles.CONFIG);
            }
            if (!listing.has(ModelFiles.TOKENIZER)) {
                missing.add(ModelFiles.TOKENIZER);
            }
            if (!listing.has(ModelFiles.PREPROCESSOR) && !listing.has(ModelFiles.PROCESSOR)) {
                missing.add(ModelFiles.PREPROCESSOR);
            }
            if (!listing.has(WeightFiles.SINGLE_FILE) && !listing.has(WeightFiles.INDEX_FILE)) {
                missing.add(WeightFiles.missing(listing.files()));
            }
            if (!missing.isEmpty()) {
                throw new ModelFilesException(
                        what + " is no model that Glimpse can read. It has no " + String.join("; no ", missing));
            }
            List<String> settings = new ArrayList<>(List.of(ModelFiles.CONFIG, ModelFiles.TOKENIZER));
            OPTIONAL.stream().filter(listing::has).forEach(settings::add);
            if (!listing.has(WeightFiles.SINGLE_FILE)) {
                settings.add(WeightFiles.INDEX_FILE);
            }
            return settings;
        }

        @Override
        List<String> weights(RepositoryListing listing, Path directory, String what) {
            if (listing.has(WeightFiles.SINGLE_FILE)) {
                return List.of(WeightFiles.SINGLE_FILE);
            }
            List<String> shards = List.copyOf(WeightFiles.shardNames(directory.resolve(WeightFiles.INDEX_FILE)));
            for (String shard : shards) {
                if (!listing.has(shard)) {
                    throw new ModelFilesException(what + " has no '" + shard + "', which its " + WeightFiles.INDEX_FILE
                            + " names; the repository is not complete, try another revision");
                }
            }
            return shards;
        }

        @Override
        void check(Path directory) {
            ModelFiles.ofDirectory(directory);
        }
    },

    /** A glimpse module. */
    MODULE {
        @Override
        List<String> optional() {
            return List.of();
        }

        @Override
        List<String> settings(RepositoryListing listing, String what) {
            if (!listing.has(ModelFiles.CONFIG)) {
                throw new ModelFilesException(what + " has no " + ModelFiles.CONFIG + ", so it is no glimpse module");
            }
            return List.of(ModelFiles.CONFIG);
        }

        @Override
        List<String> weights(RepositoryListing listing, Path directory, String what) {
            return List.of(ModuleFiles.weights(listing.files(), what));
        }

        @Override
        void check(Path directory) {
            ModuleFiles.ofDirectory(directory);
        }
    };

    private static final List<String> OPTIONAL = List.of(
            "generation_config.json",
            ModelFiles.PREPROCESSOR,
            ModelFiles.PROCESSOR,
            ModelFiles.VIDEO_PREPROCESSOR,
            "tokenizer_config.json",
            "chat_template.jinja",
            "chat_template.json");

    /** Files that are read where they are there. */
    abstract List<String> optional();

    /**
     * The small files, to be fetched first: they say which weights there are. Looks at once whether anything will be missing,
     * before gigabytes are fetched in vain.
     *
     * @param what how messages call the repository
     * @throws ModelFilesException if the repository lacks something
     */
    abstract List<String> settings(RepositoryListing listing, String what);

    /**
     * The large files.
     *
     * @param directory has the small files already
     * @throws ModelFilesException if the repository lacks something
     */
    abstract List<String> weights(RepositoryListing listing, Path directory, String what);

    /**
     * Looks whether a directory has all that is needed. Weights are fetched last, so where they are, all is.
     *
     * @throws ModelFilesException if something is missing: says what
     */
    abstract void check(Path directory);
}
