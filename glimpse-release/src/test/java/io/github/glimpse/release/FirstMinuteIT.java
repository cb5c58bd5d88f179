package io.github.glimpse.release;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The first question in a fresh clone with an empty Maven repository, the second one, and the image. Times hold on a machine
 * that does nothing else.
 */
class FirstMinuteIT {

    private static final String ANSWER = "Answer    87.00";
    private static final Duration FIRST_LINE = Duration.ofSeconds(5);
    private static final Duration SILENCE = Duration.ofSeconds(10);
    private static final Duration FIRST_ANSWER = Duration.ofSeconds(90);
    private static final Duration WARM_ANSWER = Duration.ofSeconds(6);

    @Test
    void aFreshCloneTalksAndAnswersASecondQuestionDoesNotBuildAndTheImageStartsWarm() throws Exception {
        Path clone = Folders.clone("clone");
        Path home = Folders.empty("home");
        Map<String, String> environment = Map.of(
                "MAVEN_OPTS",
                "-Dmaven.repo.local=" + home.resolve("repository"),
                "DJL_CACHE_DIR",
                home.resolve("djl").toString());

        Command first = Command.run(clone, environment, List.of("./glimpse")).succeeded();
        Command second = Command.run(clone, environment, List.of("./glimpse")).succeeded();
        Command image = Command.run(clone, environment, List.of("examples/quickstart/image-without-docker"))
                .succeeded();

        System.out.printf(
                Locale.ROOT,
                "first: line %s, longest silence %s, answer %s%nsecond: answer %s%nimage: answer %s%n",
                first.at("Glimpse:"),
                first.longestSilenceUntil(ANSWER),
                first.at(ANSWER),
                second.at(ANSWER),
                answer(image));
        System.out.println(first.text());
        assertThat(first.at("Glimpse:")).isLessThan(FIRST_LINE);
        assertThat(first.longestSilenceUntil(ANSWER)).isLessThan(SILENCE);
        assertThat(first.at(ANSWER)).isLessThan(FIRST_ANSWER);
        assertThat(first.text()).contains("MB come").contains("First start: libtorch");
        assertThat(second.text()).doesNotContain("building").doesNotContain("First start");
        assertThat(second.at(ANSWER)).isLessThan(WARM_ANSWER);
        assertThat(answer(image)).isLessThan(WARM_ANSWER);
        // Unpacked when the image is built, never when it is started
        String started = image.text().substring(image.text().indexOf("> ENTRYPOINT"));
        assertThat(started).doesNotContain("First start");
    }

    /** From the start of the container to the answer, as the script beside the Dockerfile tells it. */
    private static Duration answer(Command image) {
        Matcher answer = Pattern.compile("(?m)^ *(\\d+\\.\\d) s  " + Pattern.quote(ANSWER))
                .matcher(image.text());
        assertThat(answer.find()).as(image.text()).isTrue();
        return Duration.parse("PT" + answer.group(1) + "S");
    }
}
