package io.github.glimpse.spring.openai;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;

/**
 * Filter that refuses forms and multipart bodies sent to the endpoint. Other filters and Spring MVC read such bodies before the
 * endpoint has checked the API key, at the speed of the client.
 */
public final class FormFilter implements Filter, Ordered {

    private static final Set<String> PATHS = Set.of("/v1/chat/completions", "/v1/embeddings", "/v1/models");
    private static final String MODEL = "/v1/models/";

    /** Creates the filter. */
    public FormFilter() {}

    /** Before every filter that may read a body. */
    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (request instanceof HttpServletRequest http
                && response instanceof HttpServletResponse answer
                && isForm(http.getContentType())
                && isEndpoint(http)) {
            JsonResponse.write(http, answer, RequestBody.notJson());
        } else {
            chain.doFilter(request, response);
        }
    }

    private static boolean isForm(@Nullable String contentType) {
        String type = contentType == null ? "" : contentType.strip().toLowerCase(Locale.ROOT);
        return type.startsWith("multipart/") || type.startsWith("application/x-www-form-urlencoded");
    }

    /** Decoded paths without parameters, wherever the servlet of Spring MVC is mapped. */
    private static boolean isEndpoint(HttpServletRequest request) {
        String path = request.getPathInfo() == null ? request.getServletPath() : request.getPathInfo();
        return PATHS.contains(path) || path.startsWith(MODEL);
    }
}
