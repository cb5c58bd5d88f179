package io.github.glimpse.examples.playground;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Keeps other sites' pages out: a request has to name a host of this application (a name that somebody else points here is none),
 * and if a page made it, one of ours. Says in each answer that the page may load nothing from elsewhere.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
final class BrowserGuard extends OncePerRequestFilter {

    private static final Map<String, String> HEADERS = Map.of(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self';"
                    + " form-action 'none'; frame-ancestors 'none'; base-uri 'none'",
            "X-Content-Type-Options",
            "nosniff",
            "X-Frame-Options",
            "DENY",
            "Referrer-Policy",
            "no-referrer",
            "Cross-Origin-Opener-Policy",
            "same-origin",
            "Cross-Origin-Resource-Policy",
            "same-origin");

    private static final int FORBIDDEN = 403;

    private final Set<String> hosts;

    BrowserGuard(@Value("${playground.hosts:}") List<String> others) {
        hosts = new HashSet<>(List.of("localhost", "127.0.0.1", "[::1]"));
        others.forEach(host -> hosts.add(host.toLowerCase(Locale.ROOT)));
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        HEADERS.forEach(response::setHeader);
        Trouble trouble = trouble(request);
        if (trouble == null) {
            chain.doFilter(request, response);
            return;
        }
        response.setStatus(trouble.status());
        response.setContentType(MediaType.APPLICATION_JSON_VALUE);
        response.setCharacterEncoding(StandardCharsets.UTF_8.name());
        response.getWriter().write(Json.write(trouble.json()));
    }

    private @Nullable Trouble trouble(HttpServletRequest request) {
        String authority = request.getHeader(HttpHeaders.HOST);
        String host = authority == null ? null : hostOf("http://" + authority);
        if (host == null || !hosts.contains(host)) {
            return new Trouble(
                    FORBIDDEN,
                    "This page is served as localhost; to reach it by another name list that name in playground.hosts",
                    "playground.hosts");
        }
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        boolean ours = origin == null
                || origin.equalsIgnoreCase("http://" + authority)
                || origin.equalsIgnoreCase("https://" + authority);
        if (!ours || ("cross-site".equals(request.getHeader("Sec-Fetch-Site")) && !isNavigation(request))) {
            return new Trouble(FORBIDDEN, "Pages of other sites may not ask this model", null);
        }
        return null;
    }

    /** A link to the page that was followed; it may be anywhere. */
    private static boolean isNavigation(HttpServletRequest request) {
        return "GET".equals(request.getMethod()) && "navigate".equals(request.getHeader("Sec-Fetch-Mode"));
    }

    private static @Nullable String hostOf(String url) {
        try {
            String host = new URI(url).getHost();
            return host == null ? null : host.toLowerCase(Locale.ROOT);
        } catch (URISyntaxException e) {
            return null;
        }
    }
}
