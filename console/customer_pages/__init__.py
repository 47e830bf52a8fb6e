"""What customers see behind the links that they are sent: plain pages that work without JavaScript."""
