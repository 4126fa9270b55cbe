//! The fixture MCP server: every tool, prompt and resource that the official conformance suite calls by name.
//!
//! Its data are JSON files beside it; this module answers requests from them: those of 2026-07-28 without sessions, those
//! of the revisions before it in sessions, on the same endpoint.

mod asks;
mod data;
mod rounds;
mod sessions;
mod tools;

use data::Data;
use rmcp::model::{
    CacheScope, CallToolRequestParams, CallToolResponse, CompleteRequestParams, CompleteResult, CompletionInfo,
    GetPromptRequestParams, GetPromptResponse, Implementation, ListPromptsResult, ListResourceTemplatesResult,
    ListResourcesResult, ListToolsResult, PaginatedRequestParams, ReadResourceRequestParams, ReadResourceResponse,
    RequestStateCodec, ServerCapabilities, ServerConfig, SetLevelRequestParams, SubscribeRequestParams,
    SubscriptionFilter, Tool, UnsubscribeRequestParams,
};
use rmcp::service::{RequestContext, SubscriptionContext, SubscriptionSink};
use rmcp::transport::{StreamableHttpServerConfig, StreamableHttpService};
use rmcp::{ErrorData, RoleServer, ServerHandler};
pub use sessions::Sessions;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::Mutex;

/// How long a client may keep a list or a resource, in milliseconds.
const TTL_MS: u64 = 60_000;

/// The handler. Clones share their subscriptions.
#[derive(Clone)]
pub struct Fixture {
    data: Arc<Data>,
    states: RequestStateCodec,
    listeners: Arc<Mutex<BTreeMap<u64, SubscriptionSink>>>,
    next: Arc<AtomicU64>,
}

/// The service that [`http()`] makes.
pub type Http = hyper_util::service::TowerToHyperService<StreamableHttpService<Fixture, Sessions>>;

/// The fixture as an HTTP service for a listener at `address`; Host and Origin must name that address.
///
/// # Errors
/// A data file that is not what the MCP schema says.
pub fn http(address: SocketAddr) -> Result<Http, serde_json::Error> {
    let fixture = Fixture::new()?;
    let port = address.port();
    let config = StreamableHttpServerConfig::default()
        .with_allowed_hosts(["127.0.0.1", "localhost"].map(str::to_owned))
        .with_allowed_origins([format!("http://127.0.0.1:{port}"), format!("http://localhost:{port}")]);
    let service = StreamableHttpService::new(move || Ok(fixture.clone()), Sessions::default().into(), config);
    Ok(hyper_util::service::TowerToHyperService::new(service))
}

impl Fixture {
    /// Reads the data files.
    ///
    /// # Errors
    /// A data file that is not what the MCP schema says.
    pub fn new() -> Result<Self, serde_json::Error> {
        Ok(Self {
            data: Arc::new(Data::read()?),
            states: RequestStateCodec::new_unchecked(*b"a key that only the tests' fixture server uses"),
            listeners: Arc::default(),
            next: Arc::default(),
        })
    }

    /// What the open `subscriptions/listen` streams hang on.
    async fn sinks(&self) -> Vec<SubscriptionSink> {
        self.listeners.lock().await.values().cloned().collect()
    }
}

type Context = RequestContext<RoleServer>;
type Page = Option<PaginatedRequestParams>;

impl ServerHandler for Fixture {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder()
            .enable_completions()
            .enable_logging()
            .enable_prompts()
            .enable_prompts_list_changed()
            .enable_resources()
            .enable_resources_list_changed()
            .enable_resources_subscribe()
            .enable_tools()
            .enable_tool_list_changed()
            .build();
        ServerConfig::new(capabilities)
            .with_server_info(Implementation::new("casemate-fixture", env!("CARGO_PKG_VERSION")))
            .with_instructions("A server for tests.")
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        self.data.tools.iter().find(|tool| tool.name == name).cloned()
    }

    async fn list_tools(&self, _: Page, _: Context) -> Result<ListToolsResult, ErrorData> {
        let result = ListToolsResult { tools: self.data.tools.clone(), ..ListToolsResult::default() };
        Ok(result.with_ttl_ms(TTL_MS).with_cache_scope(CacheScope::Public))
    }

    async fn call_tool(&self, request: CallToolRequestParams, cx: Context) -> Result<CallToolResponse, ErrorData> {
        tools::call(self, request, cx).await
    }

    async fn list_resources(&self, _: Page, _: Context) -> Result<ListResourcesResult, ErrorData> {
        let resources = self.data.resources.resources.clone();
        let result = ListResourcesResult { resources, ..ListResourcesResult::default() };
        Ok(result.with_ttl_ms(TTL_MS).with_cache_scope(CacheScope::Public))
    }

    async fn list_resource_templates(&self, _: Page, _: Context) -> Result<ListResourceTemplatesResult, ErrorData> {
        let resource_templates = self.data.resources.templates.clone();
        let result = ListResourceTemplatesResult { resource_templates, ..ListResourceTemplatesResult::default() };
        Ok(result.with_ttl_ms(TTL_MS).with_cache_scope(CacheScope::Public))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _: Context,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let result = self.data.resource(&request.uri)?;
        Ok(result.with_ttl_ms(TTL_MS).with_cache_scope(CacheScope::Public).into())
    }

    async fn list_prompts(&self, _: Page, _: Context) -> Result<ListPromptsResult, ErrorData> {
        let result = ListPromptsResult { prompts: self.data.prompts.prompts.clone(), ..ListPromptsResult::default() };
        Ok(result.with_ttl_ms(TTL_MS).with_cache_scope(CacheScope::Public))
    }

    async fn get_prompt(&self, request: GetPromptRequestParams, _: Context) -> Result<GetPromptResponse, ErrorData> {
        if request.name == "test_input_required_result_prompt" {
            return rounds::prompt(&request);
        }
        self.data.prompt(&request).map(Into::into)
    }

    async fn complete(&self, request: CompleteRequestParams, _: Context) -> Result<CompleteResult, ErrorData> {
        let typed = request.argument.value.as_str();
        let values = ["paris", "park", "party", "tokyo"].iter().filter(|value| value.starts_with(typed));
        let info = CompletionInfo::new(values.map(|value| (*value).to_owned()).collect());
        Ok(CompleteResult::new(info.map_err(|error| ErrorData::internal_error(error, None))?))
    }

    fn accepted_subscription_filter(&self, requested: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        Some(requested.supported_by(&self.get_info().capabilities))
    }

    async fn listen(&self, context: SubscriptionContext) -> Result<(), ErrorData> {
        let key = self.next.fetch_add(1, Ordering::Relaxed);
        self.listeners.lock().await.insert(key, context.sink().clone());
        context.cancelled().await;
        self.listeners.lock().await.remove(&key);
        Ok(())
    }

    async fn ping(&self, _: Context) -> Result<(), ErrorData> {
        Ok(())
    }

    async fn set_level(&self, _: SetLevelRequestParams, _: Context) -> Result<(), ErrorData> {
        Ok(())
    }

    async fn subscribe(&self, _: SubscribeRequestParams, _: Context) -> Result<(), ErrorData> {
        Ok(())
    }

    async fn unsubscribe(&self, _: UnsubscribeRequestParams, _: Context) -> Result<(), ErrorData> {
        Ok(())
    }
}
