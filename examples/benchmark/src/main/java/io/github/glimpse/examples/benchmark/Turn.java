package io.github.glimpse.examples.benchmark;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;

/**
 * What one rival has to do in its turn. Travels to the rival's process as one JSON argument.
 *
 * @param model folder of the model; its glimpse module is in {@code glimpse} below it
 * @param dtype the type to compute in, by its name in both worlds
 * @param threads threads of a product
 * @param pictures PNG files, asked about one after the other
 * @param retentions shares to keep, for the rival that can prune
 * @param foveations shares of the small picture's cells to keep by the two-scale glimpse, for the rival that has it
 * @param schedules of pruning besides, for the rival that has them, as {@link ScheduleRow} reads them
 * @param videoFrames frames of a video that the rival that prunes is asked about too, 0 for none
 * @param clock whose time is told: wall, or thread for what the thread that answers had a core for
 * @param repeat measured requests per picture, after one that is not
 * @param outputTokens tokens of each answer
 */
record Turn(
        String model,
        String dtype,
        int threads,
        List<String> pictures,
        List<Double> retentions,
        List<Double> foveations,
        List<String> schedules,
        int videoFrames,
        String clock,
        int repeat,
        int outputTokens) {

    static final String QUESTION = "What is the total?";

    private static final ObjectMapper JSON = new ObjectMapper();

    static Turn parse(String argument) throws JsonProcessingException {
        return JSON.readValue(argument, Turn.class);
    }

    String argument() {
        try {
            return JSON.writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
