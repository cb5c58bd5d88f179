package io.github.glimpse.hub;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends requests and follows redirects by hand: the token goes to the endpoint and to no other scheme, host or port, not even
 * on the way back, nothing that began on https goes on without, and none leads into an inner network that the endpoint is not in. Proxies are those of the JVM's system properties.
 */
final class HubConnection {

    private static final Logger LOG = LoggerFactory.getLogger(HubConnection.class);
    private static final int MOST_REDIRECTS = 10;
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

    private final URI endpoint;
    private final @Nullable String token;
    private final RetryPolicy policy;
    private final HttpClient client;
    private final RedirectCheck redirectCheck;

    HubConnection(HubOptions options, RetryPolicy policy) {
        this(options, policy, InetAddress::getAllByName);
    }

    /**
     * The same.
     *
     * @param resolver tells where redirects lead; connections go where the JDK says
     */
    HubConnection(HubOptions options, RetryPolicy policy, RedirectCheck.Resolver resolver) {
        this.redirectCheck = new RedirectCheck(options.endpoint(), resolver);
        this.endpoint = options.endpoint();
        this.token = options.token();
        this.policy = policy;
        this.client = HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NEVER)
                // Large single files: streams inside one connection gain nothing, and proxies in between know it best.
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(policy.connect())
                .build();
        if (token != null && endpoint.getScheme().equalsIgnoreCase("http") && !isThisMachine(endpoint.getHost())) {
            LOG.warn("The token is sent to {} without encryption; use https if the server has it", endpoint.getHost());
        }
    }

    /**
     * Sends one request.
     *
     * @param method GET or HEAD
     * @param path path at the endpoint, with its leading slash, encoded
     * @param from first byte that is wanted; 0 is all
     * @return the last answer; to be closed. HEAD stops at a redirect whose headers already describe the file
     */
    HubResponse send(String method, String path, long from) throws IOException, InterruptedException {
        URI uri = URI.create(endpoint + path);
        boolean trusted = true;
        List<HttpHeaders> hops = new ArrayList<>();
        for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
            trusted = trusted && isSameOrigin(uri, endpoint);
            HttpResponse<Flow.Publisher<List<ByteBuffer>>> answer = exchange(request(method, uri, from, trusted));
            hops.add(answer.headers());
            HubResponse response =
                    new HubResponse(answer.statusCode(), uri, trusted, hops, new ResponseBody(answer.body(), policy));
            if (!REDIRECTS.contains(answer.statusCode()) || (method.equals("HEAD") && response.describesFile())) {
                return response;
            }
            response.close();
            URI target = target(uri, answer.headers());
            redirectCheck.check(uri, target);
            uri = target;
        }
        throw HubRefusal.lasting("more than " + MOST_REDIRECTS + " redirects for " + endpoint + path);
    }

    private HttpRequest request(String method, URI uri, long from, boolean trusted) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .method(method, BodyPublishers.noBody())
                // Sizes and offsets have to be those of the file itself.
                .header("Accept-Encoding", "identity")
                .header("User-Agent", "glimpse; java/" + Runtime.version().feature());
        if (from > 0) {
            request.header("Range", "bytes=" + from + "-");
        }
        if (trusted && token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        return request.build();
    }

    private HttpResponse<Flow.Publisher<List<ByteBuffer>>> exchange(HttpRequest request)
            throws IOException, InterruptedException {
        // Not HttpRequest.timeout: since JDK 26 that counts the body too, and weights take longer.
        CompletableFuture<HttpResponse<Flow.Publisher<List<ByteBuffer>>>> answer =
                client.sendAsync(request, BodyHandlers.ofPublisher());
        try {
            return answer.get(policy.answer().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new HttpTimeoutException("no answer within " + policy.answer().toSeconds() + " s");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
        } finally {
            if (!answer.isDone()) {
                answer.cancel(true);
            }
        }
    }

    static URI target(URI from, HttpHeaders headers) throws HubRefusal {
        String location = headers.firstValue("Location").orElse("");
        URI target;
        try {
            target = from.resolve(location);
        } catch (IllegalArgumentException e) {
            throw HubRefusal.lasting(from.getHost() + " redirects to an address that is none");
        }
        String scheme = String.valueOf(target.getScheme()).toLowerCase(Locale.ROOT);
        if (location.isEmpty() || target.getHost() == null || !(scheme.equals("https") || scheme.equals("http"))) {
            throw HubRefusal.lasting(from.getHost() + " redirects without the address of a web server");
        }
        if (scheme.equals("http") && from.getScheme().equalsIgnoreCase("https")) {
            throw HubRefusal.lasting(from.getHost() + " redirects from https to http (" + target.getHost()
                    + "), where anyone on the way can change the files; it is not followed");
        }
        return target;
    }

    private static boolean isSameOrigin(URI one, URI other) {
        return one.getScheme().equalsIgnoreCase(other.getScheme())
                && one.getHost().equalsIgnoreCase(other.getHost())
                && port(one) == port(other);
    }

    private static boolean isThisMachine(String host) {
        return host.equalsIgnoreCase("localhost") || host.startsWith("127.") || host.equals("[::1]");
    }

    private static int port(URI uri) {
        if (uri.getPort() >= 0) {
            return uri.getPort();
        }
        return uri.getScheme().equalsIgnoreCase("https") ? 443 : 80;
    }
}
