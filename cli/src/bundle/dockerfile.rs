//! The Dockerfile of a bundle.

use std::path::Path;

use super::Outputs;
use super::plan::Plan;

/// A Dockerfile that makes an image of the bundle as it was written.
pub fn dockerfile(plan: &Plan, outputs: &Outputs<'_>) -> String {
    let name = |path: &Path| quoted(&path.file_name().unwrap_or(path.as_os_str()).to_string_lossy());
    let copy = match (outputs.directory, outputs.tar) {
        (Some(directory), _) => format!("COPY [{}, \"/\"]", name(directory)),
        // ADD unpacks a tar file.
        (None, Some(tar)) => format!("ADD [{}, \"/\"]", name(tar)),
        (None, None) => "COPY [\"bundle\", \"/\"]".to_owned(),
    };
    let mut text = format!("FROM scratch\n{copy}\n");
    if let Some(program) = &plan.program {
        text.push_str(&format!("ENTRYPOINT [{}]\n", quoted(&program.to_string_lossy())));
    }
    text
}

/// A JSON string, which is what Dockerfiles take.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
