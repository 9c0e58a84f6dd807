import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.iceberg.hadoop.HadoopFileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.jdbc.JdbcCatalog;
import org.apache.iceberg.rest.RESTCatalogAdapter;
import org.apache.iceberg.rest.RESTCatalogServlet;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/**
 * Iceberg's own REST catalog for tests, on 127.0.0.1: CatalogServer FOLDER PORT [CLIENT SECRET|@FILE TOKEN_SECONDS]. Tables lie in FOLDER/warehouse, the
 * catalog in FOLDER/catalog.db. With a client, every request needs a bearer token from v1/oauth/tokens. POST /faults?what=commit|load|any|token&status=S
 * &count=N[&after=true][&cut=true][&retry-after=S] makes the next N such requests fail with that status, before or after they were done; cut
 * closes the connection instead of an answer. DELETE /faults forgets them. GET /requests lists "METHOD path" of what came since it was last asked.
 * Tables may lie in any store: the catalog keeps its own copy of their metadata files below FOLDER/elsewhere.
 */
public class CatalogServer {
  static class Fault {
    String what;
    int status;
    int count;
    boolean after;
    boolean cut;
    String retryAfter;
  }

  /** Files of other stores are files below a folder. */
  public static class CopiesFileIO extends HadoopFileIO {
    private String folder;

    @Override
    public void initialize(Map<String, String> properties) {
      super.initialize(properties);
      folder = properties.get("copies");
    }

    private String here(String location) {
      int colon = location.indexOf(':');
      return colon < 0 || location.startsWith("file:") ? location : folder + "/" + location.replaceAll("[^A-Za-z0-9._/-]+", "_");
    }

    @Override public InputFile newInputFile(String location) { return super.newInputFile(here(location)); }
    @Override public InputFile newInputFile(String location, long length) { return super.newInputFile(here(location), length); }
    @Override public OutputFile newOutputFile(String location) { return super.newOutputFile(here(location)); }
    @Override public void deleteFile(String location) { super.deleteFile(here(location)); }
    @Override public void deleteFiles(Iterable<String> locations) { locations.forEach(this::deleteFile); }
  }

  static class Front extends RESTCatalogServlet {
    private final String client;
    private final String secret;
    private final long tokenSeconds;
    private final Map<String, Long> tokens = new ConcurrentHashMap<>();
    private final List<Fault> faults = new ArrayList<>();
    private final List<String> requests = new ArrayList<>();

    Front(RESTCatalogAdapter adapter, String client, String secret, long tokenSeconds) {
      super(adapter);
      this.client = client;
      this.secret = secret;
      this.tokenSeconds = tokenSeconds;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException, jakarta.servlet.ServletException {
      String path = request.getRequestURI();
      if (path.equals("/faults")) {
        control(request, response);
        return;
      }
      if (path.equals("/requests")) {
        synchronized (requests) {
          response.getWriter().print(String.join("\n", requests));
          requests.clear();
        }
        return;
      }
      synchronized (requests) {
        requests.add(request.getMethod() + " " + path);
      }
      Fault fault = take(kind(request.getMethod(), path));
      if (fault != null && !fault.after) {
        fail(fault, request, response);
        return;
      }
      if (client != null && path.endsWith("/v1/oauth/tokens")) {
        token(request, response);
      } else if (client != null && !allowed(request)) {
        answer(response, 401, "");
      } else {
        serve(fault, request, response);
      }
    }

    private void serve(Fault fault, HttpServletRequest request, HttpServletResponse response) throws IOException, jakarta.servlet.ServletException {
      if (fault == null) {
        super.service(request, response);
        return;
      }
      super.service(request, new jakarta.servlet.http.HttpServletResponseWrapper(response) {
        private final java.io.StringWriter swallowed = new java.io.StringWriter();
        @Override public java.io.PrintWriter getWriter() { return new java.io.PrintWriter(swallowed); }
        @Override public void setStatus(int status) {}
      });
      fail(fault, request, response);
    }

    private static String kind(String method, String path) {
      if (path.endsWith("/oauth/tokens")) return "token";
      boolean table = path.matches(".*/tables/[^/]+");
      if (table && method.equals("POST")) return "commit";
      if (table && method.equals("GET")) return "load";
      return "other";
    }

    private Fault take(String kind) {
      synchronized (faults) {
        for (Fault fault : faults) {
          if (fault.count > 0 && (fault.what.equals(kind) || fault.what.equals("any"))) {
            fault.count--;
            return fault;
          }
        }
      }
      return null;
    }

    private static void fail(Fault fault, HttpServletRequest request, HttpServletResponse response) throws IOException {
      if (fault.cut) {
        ServletContextRequest.getServletContextRequest(request).getConnectionMetaData().getConnection().getEndPoint().close();
        return;
      }
      if (fault.retryAfter != null) response.setHeader("Retry-After", fault.retryAfter);
      String type = fault.status == 409 ? "CommitFailedException" : "ServiceFailureException";
      answer(response, fault.status, fault.status == 401 ? "" : "{\"error\":{\"message\":\"injected\",\"type\":\"" + type + "\",\"code\":" + fault.status + "}}");
    }

    private static void answer(HttpServletResponse response, int status, String body) throws IOException {
      response.setStatus(status);
      if (!body.isEmpty()) {
        response.setContentType("application/json");
        response.getWriter().print(body);
      }
    }

    private void control(HttpServletRequest request, HttpServletResponse response) throws IOException {
      synchronized (faults) {
        if (request.getMethod().equals("DELETE")) {
          faults.clear();
        } else {
          Fault fault = new Fault();
          fault.what = request.getParameter("what");
          fault.status = Integer.parseInt(request.getParameter("status") == null ? "503" : request.getParameter("status"));
          fault.count = Integer.parseInt(request.getParameter("count"));
          fault.after = "true".equals(request.getParameter("after"));
          fault.cut = "true".equals(request.getParameter("cut"));
          fault.retryAfter = request.getParameter("retry-after");
          faults.add(fault);
        }
      }
      answer(response, 200, "{}");
    }

    private boolean allowed(HttpServletRequest request) {
      String header = request.getHeader("Authorization");
      Long until = header == null || !header.startsWith("Bearer ") ? null : tokens.get(header.substring(7));
      return until != null && until > System.currentTimeMillis();
    }

    private void token(HttpServletRequest request, HttpServletResponse response) throws IOException {
      Map<String, String> form = new HashMap<>();
      for (String part : new String(request.getInputStream().readAllBytes(), StandardCharsets.UTF_8).split("&")) {
        int at = part.indexOf('=');
        if (at > 0) form.put(part.substring(0, at), URLDecoder.decode(part.substring(at + 1), StandardCharsets.UTF_8));
      }
      String basic = request.getHeader("Authorization");
      String expected = "Basic " + Base64.getEncoder().encodeToString((client + ":" + secret).getBytes(StandardCharsets.UTF_8));
      boolean known = expected.equals(basic) || (client.equals(form.get("client_id")) && secret.equals(form.get("client_secret")));
      if (!known) {
        answer(response, 401, "{\"error\":\"unauthorized_client\",\"error_description\":\"The client is not authorized\"}");
        return;
      }
      if ("catalog".equals(form.get("scope")) || form.get("scope") == null) {
        answer(response, 400, "{\"error\":\"invalid_scope\",\"error_description\":\"The scope is invalid\"}");
        return;
      }
      String token = UUID.randomUUID().toString();
      tokens.put(token, System.currentTimeMillis() + tokenSeconds * 1000);
      answer(response, 200, "{\"access_token\":\"" + token + "\",\"token_type\":\"bearer\",\"issued_token_type\":\"urn:ietf:params:oauth:token-type:access_token\",\"expires_in\":" + tokenSeconds + "}");
    }
  }

  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    Files.createDirectories(folder.resolve("warehouse"));
    Map<String, String> properties = new HashMap<>();
    properties.put("uri", "jdbc:sqlite:" + folder.resolve("catalog.db") + "?busy_timeout=60000&journal_mode=WAL");
    properties.put("warehouse", folder.resolve("warehouse").toUri().toString().replaceAll("/$", ""));
    properties.put("jdbc.schema-version", "V1");
    properties.put("io-impl", CopiesFileIO.class.getName());
    properties.put("copies", folder.resolve("elsewhere").toUri().toString().replaceAll("/$", ""));
    properties.put("clients", "1");  // SQLite takes one writer at a time
    JdbcCatalog catalog = new JdbcCatalog();
    catalog.setConf(new org.apache.hadoop.conf.Configuration());
    catalog.initialize("rest", properties);
    boolean secured = arguments.length > 2;
    String secret = secured ? arguments[3] : null;
    if (secured && secret.startsWith("@")) secret = Files.readString(Path.of(secret.substring(1)));
    Front front = new Front(new RESTCatalogAdapter(catalog), secured ? arguments[2] : null, secret,
        secured ? Long.parseLong(arguments[4]) : 0);
    ServletContextHandler context = new ServletContextHandler(ServletContextHandler.NO_SESSIONS);
    context.addServlet(new ServletHolder(front), "/*");
    Server server = new Server();
    HttpConfiguration http = new HttpConfiguration();  // the levels of a namespace are divided by %1F, which Jetty refuses of itself
    http.setUriCompliance(UriCompliance.DEFAULT.with("namespaces", UriCompliance.Violation.SUSPICIOUS_PATH_CHARACTERS));
    ServerConnector connector = new ServerConnector(server, new HttpConnectionFactory(http));
    connector.setHost("127.0.0.1");
    connector.setPort(Integer.parseInt(arguments[1]));
    server.addConnector(connector);
    server.setHandler(context);
    server.start();
    System.out.println("listening on 127.0.0.1:" + connector.getLocalPort());
    server.join();
  }
}
