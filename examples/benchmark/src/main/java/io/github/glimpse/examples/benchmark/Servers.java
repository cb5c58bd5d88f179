package io.github.glimpse.examples.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Several callers at once of servers that speak OpenAI's API, each with a picture that the server has not seen. Servers and numbers of
 * callers take turns, and a server that is not asked has nothing to do.
 */
@Command(
        name = Servers.NAME,
        mixinStandardHelpOptions = true,
        description = "First token and tokens a second of servers that speak OpenAI's API, side by side.")
final class Servers implements Callable<Integer> {

    static final String NAME = "servers";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String EVENT = "data:";

    @Option(
            names = "--server",
            required = true,
            description = "Name and address, such as glimpse=http://127.0.0.1:8080/v1; the first is what others are"
                    + " compared with")
    private Map<String, URI> servers = new LinkedHashMap<>();

    @Option(names = "--callers", split = ",", defaultValue = "1,4,8,16", description = "How many ask at once")
    private List<Integer> callers = List.of();

    @Option(names = "--tokens", defaultValue = "256", description = "Image tokens of each picture; 0 for none")
    private int tokens;

    @Option(names = "--same-picture", description = "All callers of a turn ask about the same picture")
    private boolean same;

    @Option(
            names = "--shared-beginning",
            description = "Questions differ in their last words alone; otherwise they differ from the first word on")
    private boolean sharedBeginning;

    @Option(names = "--rounds", defaultValue = "3", description = "Rounds")
    private int rounds;

    @Option(names = "--output-tokens", defaultValue = "48", description = "Tokens of each answer")
    private int outputTokens;

    @Option(names = "--out", defaultValue = "target/servers", description = "Folder of the results")
    private Path out = Path.of("target/servers");

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    // of another run's pictures a server may still know something
    private int drawn = new SplittableRandom().nextInt(1 << 17);

    /** When the tokens of one answer came, in ns, and how many the server says there were. */
    private record Answer(List<Long> times, int tokens) {

        long first() {
            return times.get(0);
        }

        long last() {
            return times.get(times.size() - 1);
        }
    }

    /** What one number of callers got from one server in one round. */
    private record Figures(List<Double> firstSeconds, double rate, double rateInAll) {}

    static CommandLine commandLine() {
        return new CommandLine(new Servers());
    }

    @Override
    public Integer call() throws IOException, InterruptedException, ExecutionException {
        Files.createDirectories(out);
        Map<Integer, Map<String, List<Figures>>> figures = new LinkedHashMap<>();
        List<Double> reads = new ArrayList<>();
        for (URI server : servers.values()) {
            figures(server, 1);
        }
        for (int round = 1; round <= rounds; round++) {
            reads.add(Reading.memoryRate() / 1e9);
            for (int count : callers) {
                for (Map.Entry<String, URI> server : servers.entrySet()) {
                    Figures one = figures(server.getValue(), count);
                    figures.computeIfAbsent(count, key -> new LinkedHashMap<>())
                            .computeIfAbsent(server.getKey(), key -> new ArrayList<>())
                            .add(one);
                    System.out.printf(
                            Locale.ROOT,
                            "round %d, %d callers, %s: first token %s s, %.2f tokens/s, %.2f in all%n",
                            round,
                            count,
                            server.getKey(),
                            one.firstSeconds(),
                            one.rate(),
                            one.rateInAll());
                }
            }
        }
        String table = table(figures)
                + String.format(
                        Locale.ROOT,
                        "%nA plain read of memory: %.1f GB/s%n",
                        Sorted.of(reads).part(0.5));
        Files.writeString(out.resolve("table.md"), table);
        System.out.println(table);
        return 0;
    }

    private Figures figures(URI server, int count) throws IOException, InterruptedException, ExecutionException {
        List<String> bodies = new ArrayList<>();
        for (int caller = 0; caller < count; caller++) {
            if (caller == 0 || !same) {
                drawn++;
            }
            bodies.add(body(caller));
        }
        ExecutorService threads = Executors.newFixedThreadPool(count);
        CountDownLatch ready = new CountDownLatch(count);
        try {
            List<Future<Answer>> asked = new ArrayList<>();
            for (String body : bodies) {
                asked.add(threads.submit(() -> {
                    ready.countDown();
                    ready.await();
                    return ask(server, body);
                }));
            }
            ready.await();
            long start = System.nanoTime();
            List<Answer> answers = new ArrayList<>();
            for (Future<Answer> answer : asked) {
                answers.add(answer.get());
            }
            return figures(start, answers);
        } finally {
            threads.shutdown();
        }
    }

    /** The rate counts from when all have their first token until the first answer ends. */
    private static Figures figures(long start, List<Answer> answers) {
        long from = answers.stream().mapToLong(Answer::first).max().orElse(start);
        LongSummaryStatistics last = answers.stream().mapToLong(Answer::last).summaryStatistics();
        long to = last.getMin();
        long end = last.getMax();
        long between = answers.stream()
                .flatMap(answer -> answer.times().stream())
                .filter(time -> time > from && time <= to)
                .count();
        int all = answers.stream().mapToInt(Answer::tokens).sum();
        return new Figures(
                answers.stream().map(answer -> (answer.first() - start) / 1e9).toList(),
                to > from ? between / ((to - from) / 1e9) : Double.NaN,
                all / ((end - start) / 1e9));
    }

    private String body(int caller) throws IOException {
        ObjectNode body = JSON.createObjectNode()
                .put("stream", true)
                .put("temperature", 0)
                .put("max_tokens", outputTokens);
        body.putObject("stream_options").put("include_usage", true);
        ArrayNode content =
                body.putArray("messages").addObject().put("role", "user").putArray("content");
        if (tokens > 0) {
            byte[] picture = Files.readAllBytes(Pictures.write(tokens, drawn, out));
            content.addObject()
                    .put("type", "image_url")
                    .putObject("image_url")
                    .put("url", "data:image/png;base64," + Base64.getEncoder().encodeToString(picture));
        }
        String own = drawn + " " + caller;
        String question = sharedBeginning ? Turn.QUESTION + " " + own : own + " " + Turn.QUESTION;
        content.addObject().put("type", "text").put("text", question);
        return JSON.writeValueAsString(body);
    }

    private Answer ask(URI server, String body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(server + "/chat/completions"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body, StandardCharsets.UTF_8))
                .build();
        HttpResponse<Stream<String>> response = client.send(request, HttpResponse.BodyHandlers.ofLines());
        List<Long> times = new ArrayList<>();
        int told = 0;
        try (Stream<String> lines = response.body()) {
            for (String line : (Iterable<String>) lines::iterator) {
                if (response.statusCode() != 200) {
                    throw new IOException(server + " answers " + response.statusCode() + ": " + line);
                }
                if (line.startsWith(EVENT) && line.indexOf('{') >= 0) {
                    JsonNode event = JSON.readTree(line.substring(EVENT.length()));
                    JsonNode delta = event.path("choices").path(0).path("delta");
                    if (!delta.path("content").asText("").isEmpty()) {
                        times.add(System.nanoTime());
                    }
                    told = Math.max(
                            told, event.path("usage").path("completion_tokens").asInt());
                }
            }
        }
        if (times.isEmpty()) {
            throw new IOException(server + " answers without a text");
        }
        return new Answer(times, told);
    }

    private static String table(Map<Integer, Map<String, List<Figures>>> figures) {
        StringBuilder table =
                new StringBuilder("| callers | server | first token, middle | p95 | of the first server's |"
                        + " tokens/s when all have theirs | of the first server's | in all | of the first server's |\n"
                        + "|---|---|---|---|---|---|---|---|---|\n");
        figures.forEach((count, byServer) -> {
            double[] first = values(byServer.values().iterator().next());
            byServer.forEach((server, rounds) -> {
                double[] own = values(rounds);
                table.append(String.format(
                        Locale.ROOT,
                        "| %d | %s | %.2f s | %.2f s | %.2f | %.1f | %.2f | %.2f | %.2f |%n",
                        count,
                        server,
                        own[0],
                        own[1],
                        own[1] / first[1],
                        own[2],
                        own[2] / first[2],
                        own[3],
                        own[3] / first[3]));
            });
        });
        return table.toString();
    }

    /** First token in the middle and at 95 of 100, tokens a second, and in all. */
    private static double[] values(List<Figures> rounds) {
        Sorted first = Sorted.of(
                rounds.stream().flatMap(one -> one.firstSeconds().stream()).toList());
        return new double[] {
            first.part(0.5),
            first.part(0.95),
            Sorted.of(rounds.stream()
                            .map(Figures::rate)
                            .filter(rate -> !rate.isNaN())
                            .toList())
                    .part(0.5),
            Sorted.of(rounds.stream().map(Figures::rateInAll).toList()).part(0.5)
        };
    }
}
